import type { Settings } from '../options.js'
import { invalidResult } from './invalid-result.js'

/**
 * Text of a result as it goes over the wire: one byte in each character. What is not ASCII goes as UTF-8 or is refused,
 * as `nonAsciiHeaders` says.
 *
 * Control characters but the tab are refused: AWS names "HTTP headers that are not valid" as a cause of 502 (ALB user
 * guide, "Troubleshoot", "HTTP 502"), and RFC 9110, section 5.5, has no place for them.
 *
 * @param where it stands in the result, for messages
 * @throws {RefusedError}
 */
export function toWireText(
  text: string,
  where: string,
  { nonAsciiHeaders }: Pick<Settings, 'nonAsciiHeaders'>,
): string {
  if (isPlain(text)) return text
  const control = CONTROL.exec(text)?.[0]
  if (control !== undefined) {
    throw invalidResult(
      `${where} holds the control character ${JSON.stringify(control)}, which no header can carry; remove it or encode it`,
    )
  }
  if (nonAsciiHeaders === 'utf8') return Buffer.from(text).toString('latin1')
  const character = /[^\t -~]/u.exec(text)?.[0] ?? ''
  throw invalidResult(
    `${where} holds ${JSON.stringify(character)}, which is not ASCII; encode it, for example with encodeURIComponent`,
  )
}

/** Whether a text can go as it is: printable ASCII and tabs. */
export function isPlain(text: string): boolean {
  return !NOT_PLAIN.test(text)
}

const NOT_PLAIN = /[^\t -~]/
// eslint-disable-next-line no-control-regex -- they are what is looked for
const CONTROL = /[\0-\x08\n-\x1f\x7f]/
