import { styleText } from 'node:util'

export type Style = Parameters<typeof styleText>[0]

/** Puts a text into a style. */
export type Paint = (style: Style, text: string) => string

/** One that uses colours, or one that leaves all as it is. */
export function painter(color: boolean): Paint {
  // Whether there is a terminal has been decided already.
  return (style, text) => (color ? styleText(style, text, { validateStream: false }) : text)
}

/** A request or a function must not be able to drive the terminal: control characters show as `\x1b`. Tabs stay. */
export function printable(text: string): string {
  // oxlint-disable-next-line no-control-regex -- these are the ones to find
  return text.replaceAll(/[\u0000-\u0008\u000A-\u001F\u007F-\u009F]/g, (char) => {
    return `\\x${char.charCodeAt(0).toString(16).padStart(2, '0')}`
  })
}
