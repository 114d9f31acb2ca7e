import type { AlbOptions } from '../options.js'
import type { SourceFormat } from '../parity/sources/read-sources.js'

/** What `local-alb parity` compares; the options of the command have the same names. */
export interface ParityOptions {
  /** Files, folders, or `-`. Either this or `mirror`. */
  readonly from?: readonly string[]
  readonly format?: SourceFormat
  readonly origin?: readonly string[]
  readonly unique?: boolean
  readonly limit?: number
  readonly mirror?: boolean
  readonly port?: number
  readonly listenHost?: string

  readonly left?: string
  readonly right?: string
  /** A configuration file, as the side that is not named. */
  readonly config?: string
  readonly behindAlb?: boolean
  readonly https?: boolean
  readonly multiValueHeaders?: boolean | 'left' | 'right'
  readonly handler?: string
  readonly timeout?: number
  readonly memory?: number
  readonly envFile?: readonly string[]
  readonly attributes?: AlbOptions
  readonly insecure?: boolean

  readonly unsafe?: boolean
  readonly cookies?: boolean
  readonly header?: readonly string[]
  readonly host?: string
  readonly concurrency?: number
  readonly wait?: number

  readonly ignoreHeader?: readonly string[]
  readonly ignoreCookie?: readonly string[]
  readonly ignoreJsonPath?: readonly string[]
  readonly ignoreRegex?: readonly string[]
  readonly probeVolatile?: boolean
  readonly maxSlower?: number

  readonly html?: string
  readonly json?: boolean
  readonly all?: boolean
}

/** Where the command writes. */
export interface ParityOutput {
  /** For the outcome: text, or with `json` one JSON document. */
  readonly write: (text: string) => void
  /** For what is beside it: progress, logs, the address of the mirror. */
  readonly beside: {
    readonly isTTY?: boolean | undefined
    readonly columns?: number | undefined
    write(text: string): unknown
  }
  readonly color: boolean
  readonly width: number | undefined
}
