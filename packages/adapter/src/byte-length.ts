/**
 * `Buffer.byteLength`, at hand: the global `Buffer` is a getter, and asking that for each header field takes half as
 * long again.
 */
// oxlint-disable-next-line typescript/unbound-method -- It does not use `this`.
export const byteLength: (text: string) => number = Buffer.byteLength

/** Whether a text is ASCII: it has as many bytes as characters. Asking for the bytes is the fastest test. */
export function isAscii(text: string): boolean {
  return byteLength(text) === text.length
}
