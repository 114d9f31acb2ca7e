/**
 * Times written out in a text: ISO 8601, HTTP's date (RFC 9110, section 5.6.7), JavaScript's `Date.toString()`, and seconds
 * or milliseconds since 1970.
 */
const WRITTEN =
  /\b\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(?:\.\d{1,9})?(?:Z|[+-]\d\d:?\d\d)?|\b(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun),? (?:\d\d[ -][A-Z][a-z]{2}[ -]\d{4}|[A-Z][a-z]{2} \d\d \d{4}) \d\d:\d\d:\d\d(?: GMT(?:[+-]\d{4})?)?|(?<![\w.])\d{10}(?:\d{3})?(?![\w.])/g

/** How far from the answer a time may be to be taken for its own. */
const NEAR_MS = 60_000

/** A text with the same words for every time that is that of the answer. The form stays: another form is a difference. */
export function withoutMoments(text: string, receivedAt: Date): string {
  return text.replaceAll(WRITTEN, (written) => {
    if (Math.abs(toTime(written) - receivedAt.getTime()) > NEAR_MS) return written
    return `‹now ${written.replaceAll(/\d/g, '9').replaceAll(/[A-Z][a-z]{2}(?=[, -])/g, 'Aaa')}›`
  })
}

function toTime(written: string): number {
  if (/^\d{13}$/.test(written)) return Number(written)
  if (/^\d{10}$/.test(written)) return Number(written) * 1000
  return Date.parse(written)
}
