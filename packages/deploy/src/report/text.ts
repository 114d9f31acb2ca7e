import { describeWeights, formatPercent } from '../rule/weights.js'
import { formatDuration } from './duration.js'
import type { Event, Report, WatchEvent } from './event.js'
import { type Paint, painter, printable } from './paint.js'
import { planText } from './plan-text.js'
import { statusText } from './status-text.js'

export interface TextOutput {
  /** Writes lines that stay. */
  readonly line: (text: string) => void
  /** Shows a line in place of the one shown last; undefined where there is no terminal. */
  readonly live: ((text: string) => void) | undefined
  readonly color: boolean
}

/** Without a terminal a look that shows nothing new is told once a minute only. */
const QUIET_MS = 60_000

export function textReport({ line, live, color }: TextOutput): Report {
  const paint = painter(color)
  let told: { readonly text: string; readonly at: number } | undefined
  return (raw) => {
    const event = toPrintable(raw)
    if (event.event !== 'watch') {
      told = undefined
      line(toText(event, paint))
      return
    }
    const numbers = watchNumbers(event)
    const text = `${progress(event, paint)}  ${numbers}`
    if (live !== undefined) live(text)
    else if (told?.text !== numbers || event.elapsedMs - told.at >= QUIET_MS) {
      told = { text: numbers, at: event.elapsedMs }
      line(text)
    }
  }
}

/** An event whose texts drive no terminal, also those that come from AWS. */
function toPrintable(event: Event): Event {
  return JSON.parse(JSON.stringify(event), (_name, value: unknown) =>
    typeof value === 'string' ? printable(value) : value,
  ) as Event
}

function toText(event: Exclude<Event, WatchEvent>, paint: Paint): string {
  switch (event.event) {
    case 'plan':
      return planText(event, paint)
    case 'status':
      return statusText(event, paint)
    case 'call':
      return `${paint('cyan', event.purpose === 'shift' ? 'Shifting' : 'Rolling back')}: ${event.call}`
    case 'written':
      return `${paint('green', 'Written')}: ${describeWeights(event.weights)}`
    case 'note':
      return event.level === 'warning' ? paint('yellow', `! ${event.message}`) : event.message
    case 'end':
      return event.exitCode === 0 ? event.message : paint('red', event.message)
    default:
      return event satisfies never
  }
}

function progress({ percent, elapsedMs, totalMs }: WatchEvent, paint: Paint): string {
  const width = 16
  const done = Math.min(width, Math.floor((elapsedMs / Math.max(1, totalMs)) * width))
  const bar = `${'█'.repeat(done)}${'░'.repeat(width - done)}`
  const time = `${formatDuration(Math.min(elapsedMs, totalMs))} of ${formatDuration(totalMs)}`
  return `${paint('bold', `${percent} %`)} ${paint('dim', bar)} ${time}`
}

function watchNumbers({ requests, errors, errorRate, counts, alarms }: WatchEvent): string {
  const { errors: functionErrors, throttles } = counts.lambda
  const alarmsText =
    alarms.length === 0
      ? ''
      : `, ${alarms.filter(({ state }) => state === 'ALARM').length} of ${alarms.length} alarms`
  return `${requests} requests, ${errors} failed (worst ${formatPercent(errorRate * 100)} %), function errors ${functionErrors}, throttles ${throttles}${alarmsText}`
}
