import type { Findings } from './finding.js'
import { jsonStyle } from './json-style.js'
import { type JsonPlace, toPathText } from './json-path.js'
import { looksAlike } from './look-alike.js'
import type { Masks } from './masks.js'
import { withoutMoments } from './moment.js'
import { compareText, type TextPair } from './text.js'

export interface JsonPair extends TextPair {
  readonly leftValue: unknown
  readonly rightValue: unknown
}

/** The value of a JSON text, in an object since it can be anything; nothing when it is no JSON. */
export function parseJson(text: string): { readonly value: unknown } | undefined {
  try {
    return { value: JSON.parse(text) }
  } catch {
    return undefined
  }
}

/**
 * Compares JSON by its values. The order of keys does not count: the maps of ALB events come sorted by key, so what an app
 * makes of a query or of header fields can be in another order. The same values written otherwise (blanks, escapes) count.
 */
export function compareJson(pair: JsonPair, masks: Masks, findings: Findings): void {
  const again = pair.probe === undefined ? undefined : parseJson(pair.probe)
  const walk = new Walk(pair, masks, findings)
  if (!walk.compare(pair.leftValue, pair.rightValue, again?.value ?? NOTHING, [])) {
    compareText(pair, masks, findings)
    return
  }
  const [ours, theirs] = [jsonStyle(pair.left), jsonStyle(pair.right)]
  const written = { aspect: 'body', name: 'JSON', left: ours, right: theirs } as const
  if (walk.found === 0 && isPermutation(pair.left, pair.right)) {
    findings.fold('key-order', { ...written, left: undefined, right: undefined })
  } else if (ours !== theirs || walk.found === 0) {
    findings.differ({ ...written, note: 'the same values, written otherwise' })
  }
}

/** Where the probe has no such place. */
const NOTHING = Symbol('nothing')

/** Deeper ones are compared as text; recursion has an end. */
const MAX_DEPTH = 500

class Walk {
  /** Values that differ, whether they count or not. */
  found = 0
  readonly #pair: JsonPair
  readonly #masks: Masks
  readonly #findings: Findings

  constructor(pair: JsonPair, masks: Masks, findings: Findings) {
    this.#pair = pair
    this.#masks = masks
    this.#findings = findings
  }

  /** @returns `false` when it is too deep; nothing is said then of what is that deep */
  compare(left: unknown, right: unknown, again: unknown, place: JsonPlace): boolean {
    if (left === right) return true
    if (place.length > MAX_DEPTH) return false
    if (Array.isArray(left) && Array.isArray(right)) {
      const length = Math.max(left.length, right.length)
      for (let index = 0; index < length; index += 1) {
        const next = [...place, index]
        const probed =
          Array.isArray(again) && index < again.length ? (again[index] as unknown) : NOTHING
        if (index >= left.length) this.#report(NOTHING, right[index], probed, next)
        else if (index >= right.length) this.#report(left[index], NOTHING, probed, next)
        else if (!this.compare(left[index], right[index], probed, next)) return false
      }
      return true
    }
    if (isObject(left) && isObject(right)) {
      for (const key of new Set([...Object.keys(left), ...Object.keys(right)])) {
        const next = [...place, key]
        const [ours, theirs] = [valueAt(left, key), valueAt(right, key)]
        const probed = isObject(again) ? valueAt(again, key) : NOTHING
        if (ours === NOTHING || theirs === NOTHING) this.#report(ours, theirs, probed, next)
        else if (!this.compare(ours, theirs, probed, next)) return false
      }
      return true
    }
    this.#report(left, right, again, place)
    return true
  }

  #report(left: unknown, right: unknown, again: unknown, place: JsonPlace): void {
    this.found += 1
    const name = toPathText(place)
    const difference = { aspect: 'body', name, left: toShown(left), right: toShown(right) } as const
    if (this.#masks.json(place) || this.#isMasked(left, right)) {
      this.#findings.fold('masked', difference)
    } else if (left === NOTHING || right === NOTHING) this.#findings.differ(difference)
    else if (this.#isMoment(left, right)) this.#findings.fold('moment', difference)
    else if (isVolatile(left, right, again)) this.#findings.fold('volatile', difference)
    else this.#findings.differ(difference)
  }

  #isMasked(left: unknown, right: unknown): boolean {
    if (typeof left !== 'string' || typeof right !== 'string') return false
    return this.#masks.text(left) === this.#masks.text(right)
  }

  #isMoment(left: unknown, right: unknown): boolean {
    const both =
      typeof left === typeof right && (typeof left === 'string' || typeof left === 'number')
    if (!both) return false
    const { leftAt, rightAt } = this.#pair
    return withoutMoments(String(left), leftAt) === withoutMoments(String(right), rightAt)
  }
}

function isVolatile(left: unknown, right: unknown, again: unknown): boolean {
  if (again === NOTHING || !looksAlike(left, right)) return false
  return JSON.stringify(left) !== JSON.stringify(again)
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function valueAt(object: Readonly<Record<string, unknown>>, key: string): unknown {
  return Object.hasOwn(object, key) ? object[key] : NOTHING
}

function toShown(value: unknown): string | undefined {
  return value === NOTHING ? undefined : JSON.stringify(value)
}

/** Another order of keys only moves characters; other blanks, escapes or digits change how many there are of each. */
function isPermutation(left: string, right: string): boolean {
  if (left.length !== right.length) return false
  const counts = new Map<string, number>()
  for (const character of left) counts.set(character, (counts.get(character) ?? 0) + 1)
  for (const character of right) {
    const count = counts.get(character)
    if (count === undefined) return false
    if (count === 1) counts.delete(character)
    else counts.set(character, count - 1)
  }
  return counts.size === 0
}
