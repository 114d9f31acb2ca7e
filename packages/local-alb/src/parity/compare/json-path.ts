import { ParityError } from '../parity-error.js'

/** Where a value stands in JSON: keys and indices from the root. */
export type JsonPlace = readonly (string | number)[]

/** `$.items[0].id`, with `["…"]` for keys that are no names. */
export function toPathText(place: JsonPlace): string {
  return place.reduce<string>((text, step) => {
    if (typeof step === 'number') return `${text}[${step}]`
    return /^[A-Za-z_$][\w$-]*$/.test(step) ? `${text}.${step}` : `${text}[${JSON.stringify(step)}]`
  }, '$')
}

/** Whether a pattern means a place, or something that the place is in. */
export type JsonPathPattern = (place: JsonPlace) => boolean

type Step =
  | { readonly kind: 'name'; readonly name: string }
  | { readonly kind: 'any' }
  | { readonly kind: 'deep' }

/**
 * Reads a JSONPath (RFC 9535) of names, indices, `*` and `..`: `$.items[*].id`, `$..createdAt`, `$["a b"]`. The `$.` may be
 * left out.
 *
 * @throws {ParityError} saying what is not understood
 */
export function parseJsonPath(text: string): JsonPathPattern {
  const steps: Step[] = []
  let rest = text.trim()
  if (rest.startsWith('$')) rest = rest.slice(1)
  else if (!rest.startsWith('[') && !rest.startsWith('.')) rest = `.${rest}`
  if (text.trim() === '') throw problem(text, 'is empty')
  while (rest !== '') {
    const match = STEP.exec(rest)
    if (match === null) throw problem(text, `is not understood from "${rest}" on`)
    const [all, deepName, name, deepIndex, index, quoted] = match
    if ((deepName ?? deepIndex) !== undefined) steps.push({ kind: 'deep' })
    const key = name ?? index ?? toKey(quoted)
    steps.push(key === '*' && quoted === undefined ? { kind: 'any' } : { kind: 'name', name: key })
    rest = rest.slice(all.length)
  }
  return (place) => matches(steps, place)
}

const STEP =
  /^(?:(?:(\.\.)|\.)(?=[^.[])([^.[\]]+)|(?:(\.\.)(?=\[))?\[(?:(\d+|\*)|("(?:[^"\\]|\\.)*"|'[^']*'))\])/

function toKey(quoted: string | undefined): string {
  if (quoted === undefined) return ''
  return quoted.startsWith('"') ? (JSON.parse(quoted) as string) : quoted.slice(1, -1)
}

function problem(text: string, what: string): ParityError {
  return new ParityError(
    `--ignore-json-path "${text}" ${what}; write it as $.items[*].id, $..createdAt or $["a b"]`,
  )
}

function matches(steps: readonly Step[], place: JsonPlace): boolean {
  const [step, ...more] = steps
  // All that is below a masked value is masked with it.
  if (step === undefined) return true
  if (step.kind === 'deep') {
    return Array.from({ length: place.length }, (_, skip) => place.slice(skip)).some((below) =>
      matches(more, below),
    )
  }
  const [first, ...below] = place
  if (first === undefined) return false
  return (step.kind === 'any' || String(first) === step.name) && matches(more, below)
}
