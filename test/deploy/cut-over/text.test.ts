import { describe, expect, it } from 'vitest'
import { NO_COUNTS } from '../../../packages/deploy/src/aws/counts.js'
import { formatDuration, parseDuration } from '../../../packages/deploy/src/report/duration.js'
import type { WatchEvent } from '../../../packages/deploy/src/report/event.js'
import { textReport } from '../../../packages/deploy/src/report/text.js'
import { quote } from '../../../packages/deploy/src/rule/write-call.js'

const ESC = '\u001B'

function look(elapsedMs: number, requests: number): WatchEvent {
  return {
    event: 'watch',
    percent: 10,
    elapsedMs,
    totalMs: 600_000,
    requests,
    errors: 0,
    errorRate: 0,
    counts: NO_COUNTS,
    alarms: [{ name: 'shop-errors', state: 'OK', reason: '' }],
    health: { states: {}, targets: [] },
  }
}

describe('textReport', () => {
  it('colours in a terminal, and lets nothing that AWS says drive it', () => {
    const lines: string[] = []
    const report = textReport({
      line: (text) => void lines.push(text),
      live: undefined,
      color: true,
    })
    report({ event: 'note', level: 'warning', message: `Rolling back: ${ESC}[2Jan alarm\r\u009B` })
    expect(lines).toEqual([`${ESC}[33m! Rolling back:  [2Jan alarm  ${ESC}[39m`])
  })

  it('shows looks in one line in a terminal', () => {
    const live: string[] = []
    const lines: string[] = []
    const report = textReport({
      line: (text) => void lines.push(text),
      live: (text) => void live.push(text),
      color: false,
    })
    report(look(0, 5))
    report(look(15_000, 5))
    expect(live).toHaveLength(2)
    expect(lines).toEqual([])
  })

  it('tells without a terminal what is new, and what is not once a minute', () => {
    const lines: string[] = []
    const report = textReport({
      line: (text) => void lines.push(text),
      live: undefined,
      color: false,
    })
    for (const [time, requests] of [
      [0, 5],
      [15, 5],
      [30, 6],
      [45, 6],
      [90, 6],
      [105, 6],
    ] as const) {
      report(look(time * 1_000, requests))
    }
    expect(lines.map((line) => line.replace(/^10 % \S+ /, ''))).toEqual(
      ['0s', '30s', '1m30s'].map(
        (time, index) =>
          `${time} of 10m  ${index === 0 ? 5 : 6} requests, 0 failed (worst 0 %), function errors 0, throttles 0, 0 of 1 alarms`,
      ),
    )
  })
})

describe('durations', () => {
  it.each([
    ['0', 0],
    ['250ms', 250],
    ['90s', 90_000],
    ['10m', 600_000],
    ['1h30m', 5_400_000],
    ['10', undefined],
    ['m', undefined],
    ['-1m', undefined],
    ['1.5m', undefined],
  ])('%s is %s ms', (text, ms) => {
    expect(parseDuration(text)).toBe(ms)
  })

  it.each([
    [250, '250ms'],
    [59_600, '1m'],
    [65_000, '1m05s'],
    [5_400_000, '1h30m'],
  ])('%s ms are %s', (ms, text) => {
    expect(formatDuration(ms)).toBe(text)
  })
})

describe('quote', () => {
  it('keeps a POSIX shell from reading anything into a word', () => {
    expect(quote(`[{"a":"$(x) it's"}]`)).toBe(String.raw`'[{"a":"$(x) it'\''s"}]'`)
    expect(quote('arn:aws:elasticloadbalancing:eu-west-1:1:rule/app/a')).toBe(
      'arn:aws:elasticloadbalancing:eu-west-1:1:rule/app/a',
    )
  })
})
