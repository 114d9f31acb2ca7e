import type { Fold } from '../compare/finding.js'
import { type JsonPlace, toPathText } from '../compare/json-path.js'

/**
 * Two JSON values as text that can be compared line by line: the right one's keys in the order of the left one's, and what
 * does not count the same on both sides. Nothing when they are too deep.
 */
export function toAlikeJson(
  left: unknown,
  right: unknown,
  folds: readonly Fold[],
): { readonly left: string; readonly right: string } | undefined {
  const folded = new Map(
    folds.map((fold) => [
      fold.name,
      `${FOLD_START}${fold.reason}› ${toPlain(fold.left)} | ${toPlain(fold.right)}`,
    ]),
  )
  try {
    return {
      left: JSON.stringify(rebuild(left, left, folded, []), null, 2),
      right: JSON.stringify(rebuild(right, left, folded, []), null, 2),
    }
  } catch (error) {
    if (error instanceof RangeError) return undefined
    throw error
  }
}

/** How the words begin that stand in the place of a value that does not count. */
export const FOLD_START = '‹'

function toPlain(json: string | undefined): string {
  return json?.replace(/^"(.*)"$/, '$1') ?? '–'
}

function rebuild(
  value: unknown,
  model: unknown,
  folded: ReadonlyMap<string, string>,
  place: JsonPlace,
): unknown {
  const words = folded.size === 0 ? undefined : folded.get(toPathText(place))
  if (words !== undefined) return words
  if (Array.isArray(value)) {
    return value.map((item, index) =>
      rebuild(item, Array.isArray(model) ? model[index] : undefined, folded, [...place, index]),
    )
  }
  if (!isObject(value)) return value
  const like = isObject(model) ? model : {}
  const own = Object.keys(value)
  const keys = [...Object.keys(like).filter((key) => Object.hasOwn(value, key)), ...own]
  // Without a prototype "__proto__" is a key like any other.
  const rebuilt = Object.create(null) as Record<string, unknown>
  for (const key of new Set(keys)) {
    rebuilt[key] = rebuild(value[key], like[key], folded, [...place, key])
  }
  return rebuilt
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
