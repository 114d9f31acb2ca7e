import { isWhole, type Response } from '../answer.js'
import { type Bytes, compareBytes } from './bytes.js'
import { type Content, isJsonType, toContent, toText } from './content.js'
import type { Context } from './context.js'
import type { Findings } from './finding.js'
import { compareJson, parseJson } from './json.js'
import { compareText } from './text.js'

/** What the comparison of bodies says to that of header fields. */
export interface BodyVerdict {
  /** Their content is not the same bytes, whether that counts or not. */
  readonly differs: boolean
  /** Their content is the same, and its content coding or the bytes that this made are not. */
  readonly recoded: boolean
}

const SAME: BodyVerdict = { differs: false, recoded: false }
const DIFFERENT: BodyVerdict = { differs: true, recoded: false }

/** Compares bodies: as JSON where both are JSON, line by line where both are text, else as bytes. */
export function compareBodies(
  left: Response,
  right: Response,
  context: Context,
  findings: Findings,
): BodyVerdict {
  if (left.body.length === right.body.length && left.body.sha256 === right.body.sha256) return SAME
  const ours = toContent(left)
  const theirs = toContent(right)
  const whole = isWhole(left.body) && isWhole(right.body)
  const decoded = ours.undecoded === undefined && theirs.undecoded === undefined
  if (!whole || !decoded) {
    const undecoded = ours.undecoded ?? theirs.undecoded
    compareBytes({ left: left.body, right: right.body, undecoded }, findings)
    return DIFFERENT
  }
  if (ours.bytes.equals(theirs.bytes)) {
    // Another coding is a difference of Content-Encoding and counts there.
    if (ours.coding === theirs.coding) {
      findings.fold('compression', {
        aspect: 'body',
        name: '',
        left: `${left.body.length} bytes of ${ours.coding}`,
        right: `${right.body.length} bytes of ${theirs.coding}`,
      })
    }
    return { differs: false, recoded: true }
  }
  const texts = [toText(ours), toText(theirs)] as const
  const [leftText, rightText] = texts
  if (leftText === undefined || rightText === undefined) {
    compareBytes(
      {
        left: toBytes(left, ours),
        right: toBytes(right, theirs),
        probe: context.probe && toContent(context.probe).bytes,
      },
      findings,
    )
    return DIFFERENT
  }
  const probe = context.probe && toText(toContent(context.probe))
  const pair = {
    left: leftText,
    right: rightText,
    probe,
    leftAt: left.receivedAt,
    rightAt: right.receivedAt,
  }
  if (isJsonType(ours.mediaType) && isJsonType(theirs.mediaType)) {
    const [one, other] = [parseJson(leftText), parseJson(rightText)]
    if (one !== undefined && other !== undefined) {
      compareJson(
        { ...pair, leftValue: one.value, rightValue: other.value },
        context.masks,
        findings,
      )
      return DIFFERENT
    }
  }
  compareText(pair, context.masks, findings)
  return DIFFERENT
}

/** Without the content coding; the digest is that of what came. */
function toBytes({ body }: Response, { bytes }: Content): Bytes {
  return { bytes, length: bytes.length, sha256: body.sha256 }
}
