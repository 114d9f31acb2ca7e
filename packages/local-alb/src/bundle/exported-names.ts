import { execFile } from 'node:child_process'
import { dirname } from 'node:path'
import { pathToFileURL } from 'node:url'
import { promisify } from 'node:util'

const TIMEOUT_MS = 5000

// A CommonJS module's exports are the members of its default export; Node also lists that as 'module.exports'.
const PROGRAM = `
const { 'module.exports': _, ...module } = await import(process.argv[1])
const inner = typeof module.default === 'object' && module.default !== null ? module.default : {}
const found = new Map(Object.entries({ ...inner, ...module }))
process.stdout.write(JSON.stringify([...found].map(([name, value]) => [name, typeof value])), () => {
  process.exit()
})
`

/** An export of a module, and what kind of value it is. */
export type ExportedName = readonly [name: string, type: string]

/**
 * What a module exports, found by loading it in a process of its own.
 *
 * @returns `undefined` when it cannot be loaded
 */
export async function findExportedNames(
  file: string,
): Promise<readonly ExportedName[] | undefined> {
  try {
    const { stdout } = await promisify(execFile)(
      process.execPath,
      ['--input-type=module', '--eval', PROGRAM, pathToFileURL(file).href],
      { cwd: dirname(file), timeout: TIMEOUT_MS, killSignal: 'SIGKILL' },
    )
    // The module may have written something itself; ours is the last line.
    return JSON.parse(stdout.slice(stdout.lastIndexOf('\n') + 1)) as ExportedName[]
  } catch {
    return undefined
  }
}
