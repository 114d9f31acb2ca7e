import { execFileSync } from 'node:child_process'
import { chmodSync, utimesSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it, vi } from 'vitest'
import { toZip, unzip } from '../../../packages/local-alb/src/build/zip.js'
import { createFolder } from '../../helpers/folder.js'

interface Entry {
  readonly name: string
  readonly mode: string
  readonly time: number
}

/** Reads the central directory (APPNOTE.TXT, 4.3.12). */
function entriesOf(bytes: Uint8Array): Entry[] {
  const zip = Buffer.from(bytes)
  const entries: Entry[] = []
  let at = zip.readUInt32LE(zip.length - 6)
  while (zip.readUInt32LE(at) === 0x02014b50) {
    const [name, extra, comment] = [28, 30, 32].map((offset) => zip.readUInt16LE(at + offset))
    entries.push({
      name: zip.toString('utf8', at + 46, at + 46 + (name ?? 0)),
      mode: (zip.readUInt32LE(at + 38) >>> 16).toString(8),
      time: zip.readUInt32LE(at + 12),
    })
    at += 46 + (name ?? 0) + (extra ?? 0) + (comment ?? 0)
  }
  return entries
}

describe('a zip', () => {
  it('holds the files in order, for everybody to read, and what can be executed stays so', async () => {
    const folder = createFolder({ 'b.txt': 'b', 'run.sh': '#!/bin/sh\n' })
    chmodSync(join(folder, 'b.txt'), 0o600)
    chmodSync(join(folder, 'run.sh'), 0o700)
    const files = new Map<string, string | Uint8Array>([
      ['run.sh', join(folder, 'run.sh')],
      ['é/b.txt', join(folder, 'b.txt')],
      ['a', Buffer.from('a')],
    ])
    const { bytes, unzippedBytes } = await toZip(files)
    expect(entriesOf(bytes).map(({ name, mode }) => [name, mode])).toEqual([
      ['a', '100644'],
      ['run.sh', process.platform === 'win32' ? '100644' : '100755'],
      ['é/b.txt', '100644'],
    ])
    expect(unzippedBytes).toBe(12)
    expect(Buffer.from(unzip(bytes)['é/b.txt'] ?? []).toString()).toBe('b')
  })

  it('has the same bytes at any time, in any time zone and order', async () => {
    const folder = createFolder({ a: 'a'.repeat(10_000), b: 'b' })
    const [a, b] = [join(folder, 'a'), join(folder, 'b')] as const
    const first = await toZip(
      new Map([
        ['a', a],
        ['b', b],
      ]),
    )
    utimesSync(a, new Date('2001-01-01'), new Date('2001-01-01'))
    for (const zone of ['Pacific/Kiritimati', 'America/Los_Angeles']) {
      vi.stubEnv('TZ', zone)
      const { bytes } = await toZip(
        new Map([
          ['b', b],
          ['a', a],
        ]),
      )
      expect(Buffer.compare(bytes, first.bytes)).toBe(0)
    }
    expect(new Set(entriesOf(first.bytes).map(({ time }) => time)).size).toBe(1)
  })

  it.skipIf(!hasUnzip())('is read by unzip', async () => {
    const { bytes } = await toZip(new Map([['a/b.txt', Buffer.from('text')]]))
    const folder = createFolder({ 'a.zip': Buffer.from(bytes) })
    const text = execFileSync('unzip', ['-p', join(folder, 'a.zip'), 'a/b.txt'])
    expect(text.toString()).toBe('text')
  })
})

function hasUnzip(): boolean {
  try {
    execFileSync('unzip', ['-v'], { stdio: 'ignore' })
    return true
  } catch {
    return false
  }
}
