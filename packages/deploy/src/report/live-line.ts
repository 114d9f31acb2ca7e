import { stripVTControlCharacters } from 'node:util'
import type { TextOutput } from './text.js'

const CLEAR_LINE = '\r\u001B[2K'

/** Lines that stay, and below them, in a terminal, one that changes. */
export function liveLine(stream: NodeJS.WriteStream): Pick<TextOutput, 'line' | 'live'> {
  if (!stream.isTTY) {
    return {
      line: (text) => {
        stream.write(`${text}\n`)
      },
      live: undefined,
    }
  }
  let isShown = false
  return {
    line: (text) => {
      stream.write(`${isShown ? CLEAR_LINE : ''}${text}\n`)
      isShown = false
    },
    live: (text) => {
      // A line that wraps could not be taken back.
      const fits = stripVTControlCharacters(text).length < stream.columns
      stream.write(`${CLEAR_LINE}${fits ? text : cut(text, stream.columns - 1)}`)
      isShown = true
    },
  }
}

function cut(text: string, width: number): string {
  return stripVTControlCharacters(text).slice(0, width)
}
