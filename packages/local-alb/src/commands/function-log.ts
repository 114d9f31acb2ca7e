import type { LogLine } from '../targets/lambda-function.js'
import { type Paint, printable } from './paint.js'

/**
 * What a function wrote, for a terminal. Lambda's own lines are left out, and what its runtimes put before each message
 * (time and request id: the request stands above) or put into JSON (an error's stack).
 */
export function toLogLines(logs: readonly LogLine[], paint: Paint): string[] {
  return logs.flatMap(({ stream, text }) => {
    // Of those lines only what local-alb itself has to say, such as that it dropped some.
    if (stream === 'platform' && !text.startsWith('local-alb ')) return []
    const [, level, message = text] = PREFIXED.exec(text) ?? []
    const bar = paint(styleOf(level ?? (stream === 'stderr' ? 'ERROR' : 'INFO')), '│')
    const shown = level === undefined || level === 'INFO' ? message : `${level} ${message}`
    return withStack(shown).map((line) => `${bar} ${printable(line)}`.trimEnd())
  })
}

const PREFIXED = /^\d{4}-\d\d-\d\dT[\d:.]+Z\t(?:[\da-f-]{36}|-|undefined)\t([A-Z]+)\t(.*)$/s

/** An error as the runtimes write it: some words, a tab, and its type, message and stack as JSON. */
function withStack(message: string): string[] {
  const [, words, json] = /^([^\t\n]*?) ?\t(\{"errorType":.*\})$/s.exec(message) ?? []
  if (words === undefined || json === undefined) return message.split('\n')
  const stack = stackIn(json)
  return stack === undefined ? [message] : [words, ...ownFrames(stack).map((line) => `  ${line}`)]
}

function stackIn(json: string): string[] | undefined {
  try {
    const { stack } = JSON.parse(json) as { readonly stack?: unknown }
    return Array.isArray(stack) ? stack.map(String) : undefined
  } catch {
    return undefined
  }
}

/** A stack without the frames of Node and of what runs the handler. */
export function ownFrames(stack: readonly string[]): string[] {
  return stack.filter((line) => !/^\s+at /.test(line) || !FOREIGN.test(line))
}

const FOREIGN = /node:|runtime-api[\\/]client|aws-lambda-ric/

function styleOf(level: string): Parameters<Paint>[0] {
  if (level === 'ERROR' || level === 'FATAL') return 'red'
  return level === 'WARN' ? 'yellow' : 'dim'
}
