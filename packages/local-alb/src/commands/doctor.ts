import { existsSync } from 'node:fs'
import { resolve } from 'node:path'
import { diagnose, type Diagnosis } from '../doctor/diagnose.js'
import type { AskedRequest } from '../doctor/runner/records.js'
import { ParityError } from '../parity/parity-error.js'
import { isSafe } from '../parity/request.js'
import { readSources } from '../parity/sources/read-sources.js'
import { CommandError } from './command-error.js'

/** The options of `local-alb doctor`. */
export interface DoctorOptions {
  readonly arch: 'x64' | 'arm64'
  /** Whether the target group has multi-value headers. Default `false`, as in AWS. */
  readonly multiValueHeaders?: boolean | undefined
  /** The export that is the app. Default: app, default, createApp, server. */
  readonly export?: string | undefined
  /** HAR files, access logs or lists of requests, asked instead of the app's own routes. */
  readonly requests?: readonly string[] | undefined
  /** Seconds that a response may take. */
  readonly timeout: number
  /** Takes what the app writes. */
  readonly onOutput?: ((text: string) => void) | undefined
}

/** A diagnosis, and what was not sent of the given requests. */
export interface DoctorResult extends Diagnosis {
  readonly file: string
}

/** @throws {CommandError} when a file is not there, or the requests cannot be read */
export async function doctor(file: string, options: DoctorOptions): Promise<DoctorResult> {
  const absolute = resolve(file)
  if (!existsSync(absolute)) {
    throw new CommandError(
      `${file}: there is no such file in ${process.cwd()}. Give the file that exports the app, such as src/app.ts`,
    )
  }
  const given = options.requests === undefined ? undefined : readRequests(options.requests)
  const diagnosis = await diagnose({
    file: absolute,
    exportName: options.export,
    arch: options.arch,
    isMultiValue: options.multiValueHeaders === true,
    requests: given?.requests,
    patienceMs: options.timeout * 1000,
    onOutput: options.onOutput,
  })
  return { file, ...diagnosis, leftOut: [...(given?.leftOut ?? []), ...diagnosis.leftOut] }
}

interface Given {
  readonly requests: readonly AskedRequest[]
  readonly leftOut: Diagnosis['leftOut']
}

/** Only safe methods are sent: this looks at an app, it does not use it. */
function readRequests(files: readonly string[]): Given {
  try {
    const { requests } = readSources(files)
    const label = ({ method, target }: { method: string; target: string }): string =>
      `${method} ${target}`
    return {
      requests: requests
        .filter(({ method }) => isSafe(method))
        .map(({ method, target, headers, body }) => ({
          method,
          target,
          headers,
          body: body?.toString('base64'),
        })),
      leftOut: requests
        .filter(({ method }) => !isSafe(method))
        .map((request) => ({ request: label(request), why: 'its method may change something' })),
    }
  } catch (error) {
    if (error instanceof ParityError) throw new CommandError(error.message)
    throw error
  }
}
