import type { Exchange } from '../exchange.js'
import { toLogLines } from './function-log.js'
import { toRecord } from './json-record.js'
import { type Paint, painter, printable, type Style } from './paint.js'
import { wrap } from './wrap.js'

/** Writes what happens, for people or for machines. */
export interface RequestLog {
  exchange(exchange: Exchange): void
}

export interface HumanLogOptions {
  readonly color: boolean
  /** Characters in a line of the terminal; not there: nothing is wrapped. */
  readonly width?: number | undefined
  /** Characters for the target group, where there are several or rules; not there: neither is told. */
  readonly routingWidth?: number | undefined
}

/**
 * A line for each request, and below it what a refusal means and what the function wrote:
 *
 *     14:02:11  200  GET        12 ms  /orders?page=2  cold start 95 ms
 *     14:02:12  502  POST      3.1 ms  /orders
 *               LambdaInvalidResponse: headers["content-length"] is the number 22; the ALB takes strings only
 *               │ creating an order
 *
 * @param write takes one line, without its line break
 */
export function humanLog(
  write: (line: string) => void,
  { color, width, routingWidth }: HumanLogOptions,
): RequestLog {
  const paint = painter(color)
  return {
    exchange(exchange) {
      if (exchange.endedAt === undefined) return
      write(toLine(exchange, paint, routingWidth))
      for (const line of toExplanation(exchange)) {
        for (const part of wrap(line, (width ?? Infinity) - INDENT.length)) {
          write(INDENT + paint('yellow', part))
        }
      }
      for (const line of toLogLines(exchange.invocation?.logs ?? [], paint)) write(INDENT + line)
    },
  }
}

/** One JSON object for each request, as `local-alb --json` prints it. */
export function jsonLog(write: (line: string) => void): RequestLog {
  return {
    exchange(exchange) {
      if (exchange.endedAt !== undefined) write(JSON.stringify(toRecord(exchange)))
    },
  }
}

const INDENT = ' '.repeat(10)

function toLine(exchange: Exchange, paint: Paint, routingWidth: number | undefined): string {
  const { request, response, abandoned, targetGroup, action = '-' } = exchange
  const status = abandoned === true ? 460 : (response?.status ?? 0)
  const cells = [
    request.receivedAt.toTimeString().slice(0, 8),
    paint(styleOf(status), String(status)),
    printable(request.method === '' ? '-' : request.method).padEnd(7),
    paint('dim', duration(exchange).padStart(7)),
    routingWidth !== undefined && (targetGroup?.name ?? action).padEnd(routingWidth),
    printable(request.target === '' ? '-' : request.target),
    paint('dim', toNotes(exchange, routingWidth !== undefined).join(', ')),
  ]
  return cells
    .filter((cell) => cell !== false)
    .join('  ')
    .trimEnd()
}

function toNotes(exchange: Exchange, showRule: boolean): string[] {
  const { rule, invocation, abandoned } = exchange
  const notes: (string | false | undefined)[] = [
    showRule && rule !== undefined && rule !== 'default' && `rule ${rule}`,
    invocation?.coldStart === true &&
      (invocation.initMs === undefined
        ? 'cold start'
        : `cold start ${Math.round(invocation.initMs)} ms`),
    abandoned === true && 'the client left',
  ]
  return notes.filter((note): note is string => typeof note === 'string')
}

/** Why the load balancer answered by itself. */
function toExplanation({ refusal }: Exchange): string[] {
  if (refusal === undefined) return []
  const { errorReason, explanation } = refusal
  const lines = `${errorReason === undefined ? '' : `${errorReason}: `}${explanation}`.split('\n')
  return lines.map(printable)
}

function duration({ startedAt, endedAt = startedAt }: Exchange): string {
  const ms = endedAt - startedAt
  if (ms >= 10_000) return `${(ms / 1000).toFixed(1)} s`
  return ms < 10 ? `${ms.toFixed(1)} ms` : `${Math.round(ms)} ms`
}

function styleOf(status: number): Style {
  if (status >= 500) return 'red'
  if (status >= 400) return 'yellow'
  return status >= 300 ? 'cyan' : 'green'
}
