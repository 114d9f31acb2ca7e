import { invalid, show, type ExpressAlbError } from '../errors.js'

/** A map of an event, by its field's name; empty when the event has none. */
export function mapOf(event: object, field: string): Readonly<Record<string, unknown>> {
  const map = (event as Record<string, unknown>)[field] ?? {}
  if (typeof map !== 'object' || Array.isArray(map)) {
    throw invalidField(field, map, 'an object')
  }
  return map as Record<string, unknown>
}

/**
 * The strings under a name in a map of an event: one, or an array in multi-value mode and in events
 * written by hand.
 */
export function valuesOf(held: unknown, field: string, name: string): readonly string[] {
  const values: readonly unknown[] = Array.isArray(held) ? held : [held]
  if (values.every((value) => typeof value === 'string')) return values
  throw invalidField(`${field}[${show(name)}]`, held, 'a string')
}

/** The error for a field of an event. */
export function invalidField(field: string, value: unknown, expected: string): ExpressAlbError {
  return invalid('INVALID_EVENT', `event.${field}`, value, expected)
}
