import { once } from 'node:events'
import { createServer, type RequestListener, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { onTestFinished } from 'vitest'
import { parity } from '../../../packages/local-alb/src/commands/parity.js'
import type { ParityOptions } from '../../../packages/local-alb/src/commands/parity-options.js'
import type { JsonReport } from '../../../packages/local-alb/src/parity/report/json-report.js'

/** A server for the duration of the test; its origin. */
export async function serveWith(listener: RequestListener): Promise<string> {
  const server = await listening(createServer(listener))
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}

export async function listening(server: Server): Promise<Server> {
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  onTestFinished(() => {
    server.close()
    server.closeAllConnections()
  })
  return server
}

/** A folder with some files in it, for the duration of the test. */
export function folderOf(files: Readonly<Record<string, string | Buffer>>): string {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'local-alb-parity-')))
  onTestFinished(() => {
    rmSync(folder, { recursive: true, force: true })
  })
  for (const [name, content] of Object.entries(files)) writeFileSync(join(folder, name), content)
  return folder
}

export interface Compared {
  readonly code: number
  readonly report: JsonReport
  readonly beside: string
}

/** Runs the command on a list of requests and two sides, with all that is folded away. */
export async function compare(
  list: string,
  left: RequestListener | string,
  right: RequestListener | string,
  options: ParityOptions = {},
): Promise<Compared> {
  const from = [join(folderOf({ 'list.txt': list }), 'list.txt')]
  const sides = {
    left: typeof left === 'string' ? left : await serveWith(left),
    right: typeof right === 'string' ? right : await serveWith(right),
  }
  return runParity({ from, ...sides, ...options })
}

/** Runs the command, with `--json --all`. */
export async function runParity(
  options: ParityOptions,
  signal: AbortSignal = new AbortController().signal,
): Promise<Compared> {
  let written = ''
  let beside = ''
  const code = await parity(
    { ...options, json: true, all: true },
    {
      write: (text) => {
        written += text
      },
      beside: {
        write: (text) => {
          beside += text
        },
      },
      color: false,
      width: undefined,
    },
    signal,
  )
  return { code, report: JSON.parse(written) as JsonReport, beside }
}

/** What differs, in short: `header cache-control: a → b`. */
export function differencesOf({ report }: Compared): string[] {
  return report.comparisons.flatMap(({ differences }) => differences.map(toLine))
}

/** What was folded away, in short: `date: header date`. */
export function foldsOf({ report }: Compared): string[] {
  return report.comparisons.flatMap(({ folded = [] }) =>
    folded.map(({ reason, aspect, name }) => `${reason}: ${`${aspect} ${name}`.trim()}`),
  )
}

function toLine({
  aspect,
  name,
  left,
  right,
}: JsonReport['comparisons'][number]['differences'][number]): string {
  return `${`${aspect} ${name}`.trim()}: ${left ?? '–'} → ${right ?? '–'}`
}
