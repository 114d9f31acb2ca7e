import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import type { Aspect } from '../compare/finding.js'
import { FOLD_REASONS } from '../compare/finding.js'
import type { Kept, Outcome } from '../outcome.js'
import { Html, markup } from './markup.js'
import type { ReportFacts } from './json-report.js'
import { toRequestView, toStatusCode } from './request-view.js'
import { summarize, type TimeSummary, toDuration } from './times.js'

/** More would take a browser long to show. */
const MAX_SHOWN = 500
const MAX_SAME = 2000
/** Characters; bodies that come after that are not set side by side. */
const MAX_LENGTH = 20_000_000

/**
 * The outcome as one page without anything from elsewhere: no script, style, picture or font is fetched, which its own
 * Content-Security-Policy holds it to. It can be read without its script; that only filters.
 */
export function toHtmlReport(outcome: Outcome, facts: ReportFacts): string {
  const [style, script] = [readAsset('report.css'), readAsset('report.js')]
  const policy = `default-src 'none'; img-src data:; style-src '${digest(style)}'; script-src '${digest(script)}'; base-uri 'none'; form-action 'none'`
  const shown = outcome.comparisons.filter(({ verdict }) => verdict !== 'same')
  return markup`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta http-equiv="Content-Security-Policy" content="${policy}" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="color-scheme" content="light dark" />
        <meta name="referrer" content="no-referrer" />
        <title>${toVerdict(outcome)} · parity</title>
        <style>${new Html(style)}</style>
      </head>
      <body>
        <header class="top">
          <div>
            <p class="kicker">local-alb parity</p>
            <h1 class="${toMood(outcome)}">${toVerdict(outcome)}</h1>
          </div>
          <button id="scheme" type="button" hidden>Light or dark</button>
        </header>
        <main>
          ${facts.problem !== undefined && markup`<p class="problem" role="alert">${facts.problem}</p>`}
          ${toFacts(outcome, facts)} ${toKinds(outcome)} ${shown.length > 0 && toFilter(shown)}
          <section id="requests" aria-label="Requests that differ">
            ${toRequests(shown)}
            ${shown.length > MAX_SHOWN && markup`<p class="muted">and ${shown.length - MAX_SHOWN} more; --json lists all</p>`}
          </section>
          ${toSame(outcome)} ${toFolded(outcome)}
        </main>
        <footer>
          ${facts.startedAt.toISOString().slice(0, 16).replace('T', ' ')} UTC · from ${facts.from}
        </footer>
        <script>${new Html(script)}</script>
      </body>
    </html>
`.source
}

function toRequests(shown: readonly Kept[]): Html[] {
  let length = 0
  return shown.slice(0, MAX_SHOWN).map((comparison) => {
    const view = toRequestView(comparison, {
      isOpen: shown.length <= 3,
      withBody: length < MAX_LENGTH,
    })
    length += view.source.length
    return view
  })
}

function readAsset(name: string): string {
  return readFileSync(new URL(`page/${name}`, import.meta.url), 'utf8')
}

function digest(text: string): string {
  return `sha256-${createHash('sha256').update(text).digest('base64')}`
}

function toVerdict({ total, different, unanswered }: Outcome): string {
  if (total === 0) return 'Nothing was compared'
  if (different + unanswered === 0) {
    return total === 1
      ? 'The answer is the same'
      : `All ${total.toLocaleString('en')} answers are the same`
  }
  const missing = unanswered === 0 ? '' : `, ${unanswered} had no answer`
  return `${different.toLocaleString('en')} of ${total.toLocaleString('en')} answers differ${missing}`
}

function toMood({ total, different, unanswered }: Outcome): string {
  return total > 0 && different + unanswered === 0 ? 'good' : 'bad'
}

function toFacts(outcome: Outcome, { left, right, leftOut }: ReportFacts): Html {
  const { total, same, different, unanswered } = outcome
  return markup`<section class="facts" aria-label="Summary">
    <dl class="sides">
      <dt>Left</dt>
      <dd>${left}</dd>
      <dd class="figures">${toTimesText(summarize(outcome.leftMs))}</dd>
      <dt>Right</dt>
      <dd>${right}</dd>
      <dd class="figures">${toTimesText(summarize(outcome.rightMs))}</dd>
    </dl>
    ${toBar([
      ['same', same, total],
      ['different', different, total],
      ['unanswered', unanswered, total],
    ])}
    <ul class="counts">
      <li class="same"><b>${same.toLocaleString('en')}</b> the same</li>
      <li class="different">
        <b>${different.toLocaleString('en')}</b> ${different === 1 ? 'differs' : 'differ'}
      </li>
      ${unanswered > 0 && markup`<li class="unanswered"><b>${unanswered}</b> not answered by either side</li>`}
      ${[...leftOut].map(([reason, count]) => markup`<li><b>${count.toLocaleString('en')}</b> left out: ${reason}</li>`)}
    </ul>
  </section>`
}

function toTimesText(times: TimeSummary | undefined): string {
  if (times === undefined) return ''
  const { median, p95, max } = times
  return `median ${toDuration(median)} · 95 % within ${toDuration(p95)} · longest ${toDuration(max)}`
}

/** Shares as a bar. Drawn: the page's policy allows no style attributes. */
function toBar(parts: readonly (readonly [name: string, count: number, total: number])[]): Html {
  let at = 0
  const bars = parts
    .filter(([, count]) => count > 0)
    .map(([name, count, total]) => {
      // A single one among thousands must still be seen.
      const width = Math.max(0.6, (count / Math.max(1, total)) * 100)
      const bar = markup`<rect
        class="${name}"
        x="${Math.min(at, 99.4)}%"
        width="${width}%"
        height="8"
      />`
      at += width
      return bar
    })
  return markup`<svg class="bar" width="100%" height="8" aria-hidden="true">${bars}</svg>`
}

function toKinds(outcome: Outcome): Html | undefined {
  const kinds = outcome.kindsInOrder()
  if (kinds.length === 0) return undefined
  const [first, more] = [kinds.slice(0, 8), kinds.slice(8, 100)]
  const list = (some: typeof kinds): Html =>
    markup`<ol class="kinds">
      ${some.map(([kind, count]) => markup`<li><b>${count.toLocaleString('en')}</b> <span>${kind}</span></li>`)}
    </ol>`
  return markup`<section aria-labelledby="kinds-title">
    <h2 id="kinds-title">What differs, and how often</h2>
    ${list(first)}
    ${
      more.length > 0 &&
      markup`<details class="more">
        <summary>${more.length} more</summary>
        ${list(more)}
      </details>`
    }
  </section>`
}

const ASPECTS: readonly Aspect[] = ['answer', 'status', 'header', 'cookie', 'body', 'timing']

function toFilter(shown: readonly Kept[]): Html {
  const counts = ASPECTS.map((aspect) => {
    const having = shown.filter(({ differences }) =>
      differences.some((one) => one.aspect === aspect),
    )
    return [aspect, having.length] as const
  })
  return markup`<div id="filter" class="filter" role="search" hidden>
    <label class="unseen" for="text">Filter by method and path</label>
    <input
      id="text"
      type="search"
      placeholder="Filter, such as POST or /orders"
      autocomplete="off"
      spellcheck="false"
    />
    <div class="chips" role="group" aria-label="Show only requests that differ in">
      ${counts
        .filter(([, count]) => count > 0)
        .map(
          ([aspect, count]) =>
            markup`<button
              type="button"
              class="chip ${aspect}"
              data-aspect="${aspect}"
              aria-pressed="false"
            >
              ${aspect} <span>${count}</span>
            </button>`,
        )}
    </div>
    <button type="button" id="open-all">Open all</button>
    <p id="shown" class="muted" role="status"></p>
  </div>`
}

function toSame({ comparisons, same }: Outcome): Html | undefined {
  if (same === 0) return undefined
  const rows = comparisons.filter(({ verdict }) => verdict === 'same').slice(0, MAX_SAME)
  return markup`<details class="block">
    <summary><h2>${same.toLocaleString('en')} the same</h2></summary>
    <div class="scroll">
      <table class="same">
        <thead>
          <tr>
            <th scope="col">#</th>
            <th scope="col">Request</th>
            <th scope="col">Status</th>
            <th scope="col">Left</th>
            <th scope="col">Right</th>
          </tr>
        </thead>
        <tbody>
          ${rows.map(
            ({ number, request, left, right }) =>
              markup`<tr>
                <td>${number}</td>
                <td>
                  <span class="method">${request.method}</span>
                  <span class="target">${request.target}</span>
                </td>
                <td>${toStatusCode(left)}</td>
                <td>${toDuration(left.ms)}</td>
                <td>${toDuration(right.ms)}</td>
              </tr> `,
          )}
        </tbody>
      </table>
    </div>
    ${same > MAX_SAME && markup`<p class="muted">and ${same - MAX_SAME} more</p>`}
  </details>`
}

function toFolded(outcome: Outcome): Html | undefined {
  const folded = outcome.foldedInOrder()
  if (folded.length === 0) return undefined
  return markup`<details class="block">
    <summary><h2>Folded away</h2></summary>
    <p class="muted">
      Differences that no adapter can avoid, or that change from one answer to the next. They do not
      count.
    </p>
    <ul class="folded">
      ${folded.map(([reason, count]) => markup`<li><b>${count.toLocaleString('en')}</b> <span>${FOLD_REASONS[reason]}</span></li>`)}
    </ul>
  </details>`
}
