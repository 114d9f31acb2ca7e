import { existsSync, statSync } from 'node:fs'
import { basename, extname, isAbsolute, join, relative, sep } from 'node:path'

// In the order in which Lambda looks for the module that a handler names.
const EXTENSIONS = ['', '.js', '.mjs', '.cjs']

/**
 * The file as a handler names it: its path below the task root, without extension. Lambda's way of looking for that
 * leads to this very file.
 *
 * @throws {TypeError} when it would not
 */
export function toModuleName(file: string, taskRoot: string): string {
  if (!existsSync(file) || !statSync(file).isFile()) {
    throw new TypeError(`file is '${file}', where there is no file. Build the function first.`)
  }
  const extension = extname(file)
  const path = relative(taskRoot, file).slice(0, -extension.length || undefined)
  if (!EXTENSIONS.slice(1).includes(extension)) {
    throw new TypeError(
      `file is '${file}'; Lambda loads .js, .mjs and .cjs files. Bundle it first.`,
    )
  }
  if (path.includes('..') || isAbsolute(path)) {
    throw new TypeError(
      `file '${file}' is not below taskRoot '${taskRoot}'. Choose a folder that holds it.`,
    )
  }
  if (basename(path).includes('.')) {
    throw new TypeError(
      `file is '${file}'; Lambda takes what follows the first dot of a handler's file name for the export. ` +
        'Give the file a name with one dot.',
    )
  }
  const first = EXTENSIONS.find((candidate) => existsSync(join(taskRoot, path + candidate)))
  if (first !== extension) {
    throw new TypeError(
      `file is '${file}', but Lambda would load '${path}${first ?? ''}' beside it, which it looks for first. ` +
        'Remove or rename one of them.',
    )
  }
  return path.split(sep).join('/')
}
