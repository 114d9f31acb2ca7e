import { mkdirSync, openSync, readFileSync, readdirSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import { threadId } from 'node:worker_threads'
import type { RequestRecord } from './request-record.js'

/** The extension of files with what became of requests. */
const REQUESTS = 'jsonl'

/**
 * Writes the records of this process, or thread, into a file of its own in the run's folder.
 *
 * Each record is written as it comes: test runners end their workers by a signal, and then nothing runs at the end. The
 * folder is there only once there is something to keep. While the file system refuses (a test may have put a fake in
 * its place), records wait in memory for the next one.
 */
export class RecordWriter<Kind extends object = RequestRecord> {
  readonly #folder: string
  readonly #extension: string
  readonly #waiting: string[] = []
  #file: number | undefined

  /** @param extension of the file's name: records of another kind are files of their own */
  constructor(folder: string, extension: string = REQUESTS) {
    this.#folder = folder
    this.#extension = extension
  }

  add(record: Kind): void {
    this.#waiting.push(`${JSON.stringify(record)}\n`)
    this.flush()
  }

  /** Writes what waits, if it can be written now. */
  flush(): void {
    if (this.#waiting.length === 0) return
    try {
      this.#file ??= this.#open()
      writeSync(this.#file, this.#waiting.join(''))
      this.#waiting.length = 0
    } catch {
      // Kept for the next time.
    }
  }

  #open(): number {
    mkdirSync(this.#folder, { recursive: true, mode: 0o700 })
    return openSync(join(this.#folder, `${process.pid}-${threadId}.${this.#extension}`), 'a', 0o600)
  }
}

/** The records in a run's folder, process by process. None when the folder never came to be. */
export function readRecords(folder: string): RequestRecord[][] {
  return readRecordsOf<RequestRecord>(folder, REQUESTS)
}

/** The records of one kind, by the extension that they were written with. */
export function readRecordsOf<Kind>(folder: string, extension: string): Kind[][] {
  return namesIn(folder)
    .filter((name) => name.endsWith(`.${extension}`))
    .map((name) =>
      readFileSync(join(folder, name), 'utf8')
        .split('\n')
        .flatMap((line) => parseRecord<Kind>(line)),
    )
}

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return []
    throw error
  }
}

/** A process may have been killed in the middle of its last line. */
function parseRecord<Kind>(line: string): Kind[] {
  try {
    return line === '' ? [] : [JSON.parse(line) as Kind]
  } catch {
    return []
  }
}
