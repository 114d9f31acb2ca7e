import { isUtf8 } from 'node:buffer'

/**
 * One word for a POSIX shell that stands for exactly these bytes.
 *
 * Control characters and bytes that are not UTF-8 are written as `printf` escapes. Besides being exact, that keeps a
 * hostile request from doing anything when it is pasted: a raw `ESC [ 201 ~` ends a terminal's bracketed paste, and what
 * follows it would run.
 *
 * @param latin1 one character for each byte; no NUL, which no argument can hold
 */
export function toShellWord(latin1: string): string {
  if (/^[\w./:=@%+,-]+$/.test(latin1)) return latin1
  if (isPlain(latin1)) return quote(latin1)
  // A command substitution drops line feeds at its end; they are plain, so none is ever in one.
  return splitPlain(latin1)
    .map((piece) => (isPlain(piece) ? quote(piece) : `"$(printf '${toOctal(piece)}')"`))
    .join('')
}

/** Whether bytes can be pasted as they are, line feeds included. */
export function isPlain(latin1: string): boolean {
  const bytes = Buffer.from(latin1, 'latin1')
  return isUtf8(bytes) && !UNSAFE.test(bytes.toString('utf8'))
}

// C0 without TAB and LF, DEL, C1 (CSI among them), and the marks that turn the direction of what follows.
const UNSAFE =
  // oxlint-disable-next-line no-control-regex -- these are the ones to find
  /[\u0000-\u0008\u000B-\u001F\u007F-\u009F\u061C\u200E\u200F\u202A-\u202E\u2066-\u2069]/

function quote(latin1: string): string {
  const text = Buffer.from(latin1, 'latin1').toString('utf8')
  return `'${text.replaceAll("'", `'\\''`)}'`
}

/** Runs of what can stand as it is, and of what cannot. */
function splitPlain(latin1: string): string[] {
  // A UTF-8 sequence, or one byte.
  const units = latin1.match(UNIT) ?? []
  const pieces: { plain: boolean; text: string }[] = []
  for (const unit of units) {
    const plain = isPlain(unit)
    const last = pieces.at(-1)
    if (last?.plain === plain) last.text += unit
    else pieces.push({ plain, text: unit })
  }
  return pieces.map(({ text }) => text)
}

const UNIT =
  /[\u00C2-\u00DF][\u0080-\u00BF]|[\u00E0-\u00EF][\u0080-\u00BF]{2}|[\u00F0-\u00F4][\u0080-\u00BF]{3}|[^]/g

function toOctal(latin1: string): string {
  return [...Buffer.from(latin1, 'latin1')]
    .map((byte) => `\\${byte.toString(8).padStart(3, '0')}`)
    .join('')
}
