/** A piece of HTML, as against a text that is not escaped yet. */
export class Html {
  readonly source: string

  constructor(source: string) {
    this.source = source
  }
}

export type HtmlValue = Html | string | number | undefined | false | readonly HtmlValue[]

/** HTML with values put in; texts are escaped, for content and for attributes in quotes. */
export function markup(parts: TemplateStringsArray, ...values: readonly HtmlValue[]): Html {
  return new Html(
    parts
      .map((part, index) => part + (index < values.length ? toSource(values[index]) : ''))
      .join(''),
  )
}

function toSource(value: HtmlValue): string {
  if (value === undefined || value === false) return ''
  if (value instanceof Html) return value.source
  if (typeof value === 'object') return value.map(toSource).join('')
  return escape(String(value))
}

function escape(text: string): string {
  return (
    text
      .toWellFormed()
      .replaceAll('&', '&amp;')
      .replaceAll('<', '&lt;')
      .replaceAll('>', '&gt;')
      .replaceAll('"', '&quot;')
      .replaceAll("'", '&#39;')
      // Control characters are not allowed in HTML; and text that turns its direction must not turn the page's.
      .replaceAll(
        // oxlint-disable-next-line no-control-regex -- these are the ones to find
        /[\u0000-\u0008\v\f\u000E-\u001F\u007F-\u009F\u200E\u200F\u202A-\u202E\u2066-\u2069]/g,
        toVisible,
      )
      .replaceAll('\r', '␍')
  )
}

function toVisible(character: string): string {
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`
}
