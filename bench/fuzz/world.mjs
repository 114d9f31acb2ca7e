// The files that apps serve: the same names, contents and times for every case.
import { mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

const FILES = {
  'page.html': `<p>${'caf\u00E9 '.repeat(300)}</p>`,
  'data.bin': Buffer.from(Array.from({ length: 500 }, (_, i) => i % 256)),
  'empty.txt': '',
  '.hidden': 'hidden',
  'page.txt': 'page',
}

/** @returns {{ folder: string, remove: () => void }} */
export function makeFolder() {
  const folder = mkdtempSync(join(tmpdir(), 'fuzz-'))
  for (const [name, content] of Object.entries(FILES)) {
    writeFileSync(join(folder, name), content)
    // ETag and Last-Modified are made of it.
    utimesSync(join(folder, name), 1_700_000_000, 1_700_000_000)
  }
  return { folder, remove: () => rmSync(folder, { recursive: true, force: true }) }
}
