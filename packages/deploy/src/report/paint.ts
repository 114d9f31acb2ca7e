import { styleText } from 'node:util'

export type Style = Parameters<typeof styleText>[0]
export type Paint = (style: Style, text: string) => string

/** One that uses colours, or one that leaves all as it is. */
export function painter(color: boolean): Paint {
  // Whether there is a terminal has been decided already.
  return (style, text) => (color ? styleText(style, text, { validateStream: false }) : text)
}

/** What AWS or an alarm's author wrote must not be able to drive the terminal. */
export function printable(text: string): string {
  // oxlint-disable-next-line no-control-regex -- these are the ones to find
  return text.replaceAll(/[\u0000-\u0009\u000B-\u001F\u007F-\u009F]/g, ' ')
}
