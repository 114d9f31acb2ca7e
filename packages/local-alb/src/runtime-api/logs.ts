import type { Readable } from 'node:stream'
import type { LogLine } from '../targets/lambda-function.js'

type Stream = LogLine['stream']

/** What one invocation may write before the rest is dropped, with a note. */
export const MAX_LINES = 10_000
export const MAX_CHARACTERS = 1_048_576

/**
 * The output of one execution environment, in lines. One invocation runs at a time, so a line belongs to the one in
 * flight; what is written between two belongs to the next, as in Lambda.
 */
export class EnvironmentLog {
  /** The invocation that new lines belong to; `undefined` while none runs. */
  requestId: string | undefined
  readonly #onLine: (line: LogLine, requestId: string | undefined) => void
  readonly #partial = { stdout: '', stderr: '' }
  #lines: LogLine[] = []
  #count = 0
  #characters = 0
  #dropped = 0

  constructor(onLine: (line: LogLine, requestId: string | undefined) => void) {
    this.#onLine = onLine
  }

  /** Reads one of the process's streams to its end. */
  read(stream: 'stdout' | 'stderr', source: Readable): void {
    source.setEncoding('utf8')
    source.on('data', (text: string) => {
      this.#write(stream, text)
    })
    // The process was killed: what it wrote until then has been read.
    source.on('error', () => {})
  }

  /** A line of the Lambda service itself, never dropped. */
  platform(text: string): void {
    this.#keep({ stream: 'platform', text, time: new Date() })
  }

  /** Ends lines that are still open, and hands over all lines since the last call. */
  take(): LogLine[] {
    this.settle()
    const lines = this.#lines
    this.#lines = []
    this.#count = 0
    this.#characters = 0
    return lines
  }

  /** Ends lines that are still open, so that what comes next stands after them. */
  settle(): void {
    this.#flush('stdout')
    this.#flush('stderr')
    this.#noteDropped()
  }

  #write(stream: 'stdout' | 'stderr', text: string): void {
    const lines = (this.#partial[stream] + text).split('\n')
    const rest = lines.pop() ?? ''
    for (const line of lines) this.#add(stream, line)
    // A line without end must not grow without end.
    if (rest.length > MAX_CHARACTERS) {
      this.#partial[stream] = ''
      this.#add(stream, rest)
    } else this.#partial[stream] = rest
  }

  #flush(stream: 'stdout' | 'stderr'): void {
    const text = this.#partial[stream]
    this.#partial[stream] = ''
    if (text !== '') this.#add(stream, text)
  }

  #add(stream: Stream, raw: string): void {
    if (this.#count >= MAX_LINES || this.#characters + raw.length > MAX_CHARACTERS) {
      // Later, shorter lines are dropped too: a log with holes in it misleads.
      this.#characters = MAX_CHARACTERS
      this.#dropped += 1
      return
    }
    this.#count += 1
    this.#characters += raw.length
    // Lambda's runtimes write the lines of one message with carriage returns between them.
    const text = raw.replace(/\r$/, '').replaceAll('\r', '\n')
    this.#keep({ stream, text, time: new Date() })
  }

  #keep(line: LogLine): void {
    this.#lines.push(line)
    this.#onLine(line, this.requestId)
  }

  #noteDropped(): void {
    if (this.#dropped === 0) return
    const lines = this.#dropped === 1 ? '1 line' : `${this.#dropped} lines`
    this.#dropped = 0
    this.platform(
      `local-alb dropped ${lines} here: one invocation may log ${MAX_LINES} lines and ${MAX_CHARACTERS} characters.`,
    )
  }
}
