import { type Answer, isResponse } from '../answer.js'
import { type Aspect, type Difference, FOLD_REASONS } from '../compare/finding.js'
import type { Kept } from '../outcome.js'
import { toBodyDiff } from './body-diff.js'
import { NOTHING } from './excerpt.js'
import { markup, type Html } from './markup.js'
import { toWordDiff } from './line-diff.js'
import { toDuration } from './times.js'

/** One request that was not answered alike: a line that opens to all that differs. */
export function toRequestView(
  comparison: Kept,
  { isOpen, withBody }: { readonly isOpen: boolean; readonly withBody: boolean },
): Html {
  const { number, request, left, right, differences, unlisted, notes } = comparison
  const aspects = [...new Set(differences.map(({ aspect }) => aspect))]
  const searched = `${request.method} ${request.target} ${request.source}`.toLowerCase()
  return markup`<details
    class="request"
    id="r${number}"
    data-aspects="${aspects.join(' ')}"
    data-text="${searched}"
    ${isOpen && markup` open`}
  >
    <summary>
      <span class="number">${number}</span>
      <span class="method">${request.method}</span>
      <span class="target">${request.target}</span>
      <span class="tags">${aspects.map((aspect) => toTag(aspect, differences))}</span>
      <span class="status">${toStatus(left, right)}</span>
      <span class="times"
        >${toDuration(left.ms)} <span class="arrow">→</span> ${toDuration(right.ms)}</span
      >
    </summary>
    <div class="inside">
      ${notes.map((note) => markup`<p class="note">${note}</p>`)} ${toTable(differences)}
      ${unlisted > 0 && markup`<p class="muted">and ${unlisted} more in the body</p>`}
      ${toBodies(comparison, withBody)} ${toFolds(comparison)} ${toRequest(comparison)}
    </div>
  </details> `
}

function toStatus(left: Answer, right: Answer): Html {
  const [ours, theirs] = [left, right].map(toStatusCode)
  if (ours?.source === theirs?.source) return markup`${ours}`
  return markup`${ours} <span class="arrow">→</span> ${theirs}`
}

export function toStatusCode(answer: Answer): Html {
  if (!isResponse(answer)) return markup`<b class="code s0" title="${answer.failure}">none</b>`
  return markup`<b class="code s${Math.floor(answer.status / 100)}">${answer.status}</b>`
}

function toTag(aspect: Aspect, differences: readonly Difference[]): Html {
  const count = differences.filter((difference) => difference.aspect === aspect).length
  return markup`<span class="tag ${aspect}">${count > 1 ? `${count} × ` : ''}${aspect}</span>`
}

function toTable(differences: readonly Difference[]): Html | undefined {
  if (differences.length === 0) return undefined
  return markup`<div class="scroll">
    <table class="differences">
      <thead>
        <tr>
          <th scope="col">What</th>
          <th scope="col">Left</th>
          <th scope="col">Right</th>
        </tr>
      </thead>
      <tbody>
        ${differences.map(toDifferenceRow)}
      </tbody>
    </table>
  </div>`
}

function toDifferenceRow({ aspect, name, left, right, note }: Difference): Html {
  const [one, other] =
    left !== undefined && right !== undefined
      ? toWordDiff(left, right)
      : [left && markup`<del>${left}</del>`, right && markup`<ins>${right}</ins>`]
  const nothing = markup`<span class="nothing">${NOTHING}</span>`
  return markup`<tr>
    <th scope="row">
      <span class="tag ${aspect}">${aspect}</span> <code>${name}</code>${
        note !== undefined && markup`<small>${note}</small>`
      }
    </th>
    <td>${left === undefined ? nothing : one}</td>
    <td>${right === undefined ? nothing : other}</td>
  </tr> `
}

function toBodies({ left, right, differences, folds }: Kept, isWanted: boolean): Html | undefined {
  if (!isResponse(left) || !isResponse(right)) return undefined
  const differs = differences.some(({ aspect }) => aspect === 'body')
  if (!differs) return undefined
  if (!isWanted)
    return markup`<p class="muted">The bodies are left out: the report is long enough.</p>`
  return markup`<h3>Body <span class="muted">left and right</span></h3>
    ${toBodyDiff(left, right, folds)}`
}

function toFolds({ folds }: Kept): Html | undefined {
  if (folds.length === 0) return undefined
  return markup`<details class="more">
    <summary>${folds.length} folded away</summary>
    <div class="scroll">
      <table class="differences">
        <tbody>
          ${folds.map(
            ({ aspect, name, left, right, reason }) =>
              markup`<tr>
                <th scope="row">
                  <span class="tag">${aspect}</span> <code>${name}</code
                  ><small>${FOLD_REASONS[reason]}</small>
                </th>
                <td>${left ?? markup`<span class="nothing">${NOTHING}</span>`}</td>
                <td>${right ?? markup`<span class="nothing">${NOTHING}</span>`}</td>
              </tr>`,
          )}
        </tbody>
      </table>
    </div>
  </details>`
}

function toRequest({ request }: Kept): Html {
  const { method, target, headers, body, source } = request
  const lines = headers.map(([name, value]) =>
    SECRET.test(name) ? `${name}: (hidden)` : `${name}: ${Buffer.from(value, 'latin1').toString()}`,
  )
  return markup`<details class="more">
    <summary>The request, from ${source}</summary>
    <pre class="plain">${[`${method} ${target}`, ...lines].join('\n')}</pre>
    ${body !== undefined && markup`<p class="muted">with a body of ${body.length.toLocaleString('en')} bytes</p>`}
  </details>`
}

/** A report is sent around. */
const SECRET = /^(?:authorization|proxy-authorization|cookie|x-api-key)$|token|secret/i
