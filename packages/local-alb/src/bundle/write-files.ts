import { copyFile, mkdir, readdir, rm, stat, writeFile } from 'node:fs/promises'
import { dirname, join, relative } from 'node:path'
import type { FileSource } from './function-files.js'
import { toPosix } from './places.js'

/** Makes a folder hold these files and no others. Copies that are there already and as new are left alone. */
export async function writeFiles(
  files: ReadonlyMap<string, FileSource>,
  folder: string,
): Promise<void> {
  await mkdir(folder, { recursive: true })
  for (const entry of await readdir(folder, { recursive: true, withFileTypes: true })) {
    // Links are packages that are not deployed.
    if (entry.isDirectory() || entry.isSymbolicLink()) continue
    const file = join(entry.parentPath, entry.name)
    if (!files.has(toPosix(relative(folder, file)))) await rm(file)
  }
  for (const [path, source] of files) {
    const file = join(folder, path)
    if (typeof source === 'string' && (await isCopy(file, source))) continue
    await mkdir(dirname(file), { recursive: true })
    if (typeof source === 'string') await copyFile(source, file)
    else await writeFile(file, source)
  }
}

async function isCopy(file: string, source: string): Promise<boolean> {
  const there = await stat(file).catch(() => undefined)
  if (there?.isFile() !== true) return false
  const { size, mtimeMs } = await stat(source)
  return there.size === size && there.mtimeMs >= mtimeMs
}
