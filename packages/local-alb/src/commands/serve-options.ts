import type { Alb } from '../alb.js'
import type { Inspector } from '../inspector/inspector.js'
import type { AlbOptions } from '../options.js'

/** What `local-alb` serves; the options of the command have the same names. */
export interface ServeOptions {
  /** A function's file or a server's URL. Either this or `config`. */
  readonly target?: string | undefined
  /** A configuration file: rules and target groups. */
  readonly config?: string | undefined
  /**
   * With `config`: what stands for a target group instead of what the file says, by the group's name. Each is a
   * function's file, relative to the working folder, or a server's URL.
   */
  readonly targets?: Readonly<Record<string, string>> | undefined
  /** Default 8080; 0 for any that is free. */
  readonly port?: number | undefined
  /** Default `127.0.0.1`. */
  readonly host?: string | undefined
  /** The attribute of a single target's group; with `config` the file has it. Default `false`, as in AWS. */
  readonly multiValueHeaders?: boolean | undefined
  /** HTTPS, with HTTP/2 and a certificate made for this run. */
  readonly https?: boolean | undefined
  /** Health checks of a single target at this path, as often as AWS's defaults say. */
  readonly healthCheck?: string | undefined
  /** The name of the function's export. Default `handler`. */
  readonly handler?: string | undefined
  /** The function's timeout in seconds. Default 30. */
  readonly timeout?: number | undefined
  /** The function's memory in MB. Default 1024. */
  readonly memory?: number | undefined
  /** How many execution environments there may be at once. Default 10. */
  readonly concurrency?: number | undefined
  /** Files with `NAME=value` lines for the function's environment; later ones win. */
  readonly envFile?: readonly string[] | undefined
  /** Start the function anew whenever one of its files changes. */
  readonly watch?: boolean | undefined
  /** One JSON object for each request instead of text. */
  readonly json?: boolean | undefined
  /** A file for an access log in AWS's format. */
  readonly accessLog?: string | undefined
  /** Whether there is an inspector. Default `true`. */
  readonly inspector?: boolean | undefined
  /** Default: the port after the load balancer's, or any other when that is in use. */
  readonly inspectorPort?: number | undefined
  /** Attributes and switches of the load balancer. */
  readonly attributes?: AlbOptions | undefined
}

export interface ServeOutput {
  /** Takes a line for each request: for people or, with `json`, for machines. */
  readonly line: (line: string) => void
  /** Takes what is always for people, such as why a function does not start; may be several lines. */
  readonly note: (text: string) => void
  /** Whether to use colours. */
  readonly color: boolean
  /** How many characters a line of the terminal has, for wrapping; not there: never wrapped. */
  readonly width?: number | undefined
}

export interface Served {
  readonly alb: Alb
  readonly inspector: Inspector | undefined
  /** Where to go and what stands there, for a terminal; ends with a line break. */
  readonly screen: string
  /** Ends all at once: connections, targets, the inspector. */
  close(): Promise<void>
}
