import { existsSync, readdirSync, statSync } from 'node:fs'
import { mkdir, mkdtemp, rename, rm, writeFile } from 'node:fs/promises'
import { basename, dirname, join, resolve } from 'node:path'
import { BUNDLE_NAME } from '../bundle/bundle-request.js'
import type { FileSource } from '../bundle/function-files.js'
import { isWithin } from '../bundle/places.js'
import { writeFiles } from '../bundle/write-files.js'

/** The output is not where it may go; the message says why and what to do. */
export class OutputError extends TypeError {
  override readonly name = 'OutputError'
}

/**
 * Whether the folder may be made anew: what a build has not made is never deleted.
 *
 * @throws {OutputError} when it may not
 */
export function checkOut(out: string, entry: string): void {
  const folder = resolve(out)
  const why = whyNot(folder, entry)
  if (why === undefined) return
  throw new OutputError(
    `--out ${out}: ${why}. The folder is made anew by each build; choose one for it alone, such as dist/lambda`,
  )
}

function whyNot(folder: string, entry: string): string | undefined {
  if (isWithin(entry, folder)) return 'the sources are in it'
  if (isWithin(process.cwd(), folder)) return 'it is where you are, or above'
  if (!existsSync(folder)) return undefined
  if (!statSync(folder).isDirectory()) return 'there is a file of that name'
  const names = readdirSync(folder)
  const isOurs = [BUNDLE_NAME, `${BUNDLE_NAME}.map`].every((name) => names.includes(name))
  return names.length === 0 || isOurs ? undefined : 'it holds what no build has made'
}

/** Puts folder and zip in place; until then those of the last build stay. */
export async function replaceOut(
  folder: string,
  files: ReadonlyMap<string, FileSource>,
  zip: Uint8Array,
): Promise<void> {
  const parent = dirname(folder)
  await mkdir(parent, { recursive: true })
  // Beside it, so that it only has to be renamed.
  const temporary = await mkdtemp(join(parent, `.${basename(folder)}-`))
  try {
    const next = join(temporary, 'function')
    await writeFiles(files, next)
    await writeFile(join(temporary, 'zip'), zip)
    await rm(folder, { recursive: true, force: true })
    await rename(next, folder)
    await rename(join(temporary, 'zip'), `${folder}.zip`)
  } finally {
    await rm(temporary, { recursive: true, force: true })
  }
}
