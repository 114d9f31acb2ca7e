import type { Response } from '../answer.js'
import { isJsonType, toContent, toText } from '../compare/content.js'
import type { Fold } from '../compare/finding.js'
import { parseJson } from '../compare/json.js'
import { toBytesView } from './bytes-view.js'
import { markup, type Html } from './markup.js'
import { toAlikeJson } from './json-view.js'
import { toLineDiff } from './line-diff.js'

/** Two bodies side by side: JSON laid out alike, text by lines, images as images, other bytes where they part. */
export function toBodyDiff(left: Response, right: Response, folds: readonly Fold[]): Html {
  const [ours, theirs] = [toContent(left), toContent(right)]
  const [leftText, rightText] = [toText(ours), toText(theirs)]
  const isKept = [left, right].every(({ body }) => body.bytes.length > 0 || body.length === 0)
  if (!isKept) return markup`<p class="muted">The bodies were not kept: there were too many.</p>`
  if (leftText === undefined || rightText === undefined) return toBytesView(ours, theirs)
  const inBody = folds.filter(({ aspect }) => aspect === 'body')
  if (isJsonType(ours.mediaType) && isJsonType(theirs.mediaType)) {
    const [one, other] = [parseJson(leftText), parseJson(rightText)]
    if (one !== undefined && other !== undefined) {
      const views = toAlikeJson(one.value, other.value, inBody)
      if (views !== undefined && views.left !== views.right) {
        return toLineDiff(views.left, views.right, [])
      }
    }
  }
  return toLineDiff(leftText, rightText, inBody)
}
