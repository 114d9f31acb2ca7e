import fc from 'fast-check'
import { createAlbEvent, createHealthCheckEvent } from 'express-alb/testing'
import { MODES } from '../../helpers/modes.js'
import { HTTP2_EVENT, RECORDED_EVENTS } from '../../helpers/recorded-events.js'

/** Texts that break code which takes them for granted. */
const NASTY: readonly string[] = [
  '',
  '\uD800',
  '\uDC00x',
  '\0',
  '\r\nx: y',
  '%',
  '😀',
  'ÿ',
  '__proto__',
  'constructor',
  'content-length',
  'transfer-encoding',
  '=',
  '====',
  'YQ',
  'YQ==',
  'YQ=\n=',
  '!!!!',
  'a'.repeat(50_000),
]
const text = fc.oneof(fc.constantFrom(...NASTY), fc.string({ unit: 'binary', maxLength: 10 }))
const number = fc.constantFrom(0, -0, -1, 1e308, 2 ** 53, 0.1, 1e-320)

/** `depth` arrays or objects around a value, as JSON text may nest them. */
const nested = fc
  .tuple(fc.constantFrom(3, 100, 1_000), fc.constantFrom('["x"]', '{"headers":{}}'), fc.boolean())
  .map(([depth, inner, isList]): unknown => {
    const [open, close] = isList ? ['[', ']'] : ['{"headers":', '}']
    return JSON.parse(open.repeat(depth) + inner + close.repeat(depth)) as unknown
  })

// `JSON.parse` makes an own member of `__proto__`, as Lambda's runtime does.
const polluted = fc
  .constantFrom(
    '{"__proto__":{"httpMethod":"GET","path":"/"}}',
    '{"constructor":{"prototype":{"x":1}}}',
    '{"__proto__":null,"toString":1}',
    '{"hasOwnProperty":"x","length":7}',
  )
  .map((json) => JSON.parse(json) as unknown)

const scalar = fc.oneof(text, number, fc.constantFrom<unknown>(null, true, false))
const anyJson: fc.Arbitrary<unknown> = fc.oneof(
  scalar,
  fc.array(scalar, { maxLength: 3 }),
  fc.dictionary(text, scalar, { noNullPrototype: true, maxKeys: 3 }),
  fc.jsonValue({ maxDepth: 4 }),
  polluted,
  nested,
)

/** A step that changes an event somewhere. */
interface Mutation {
  readonly kind: 'replace' | 'remove' | 'add' | 'rename'
  /** Which of the places in the event, by a number taken modulo their count. */
  readonly place: number
  readonly name: string
  readonly value: unknown
}

const mutation: fc.Arbitrary<Mutation> = fc.record({
  kind: fc.constantFrom('replace', 'remove', 'add', 'rename'),
  place: fc.nat(1_000),
  name: text,
  value: anyJson,
})

type Container = Record<string, unknown>

/** Every member of an event, however deep: where it is and under which name. */
function placesIn(value: unknown, found: [Container, string][] = []): [Container, string][] {
  if (typeof value !== 'object' || value === null) return found
  for (const name of Object.keys(value)) {
    found.push([value as Container, name])
    // Deep enough for an event, and not for what was put in.
    if (found.length < 200) placesIn((value as Container)[name], found)
  }
  return found
}

function define(container: Container, name: string, value: unknown): void {
  const member = { value, writable: true, enumerable: true, configurable: true }
  if (!Array.isArray(container) || name !== 'length') Object.defineProperty(container, name, member)
}

function mutate(event: unknown, mutations: readonly Mutation[]): unknown {
  const copy: unknown = structuredClone(event)
  for (const { kind, place, name, value: given } of mutations) {
    // Its own, since the next mutation may change it.
    const value: unknown = JSON.parse(JSON.stringify(given))
    const places = placesIn(copy)
    const [container, member] = places[place % places.length] ?? [{}, '']
    if (kind === 'replace') define(container, member, value)
    else if (kind === 'add') define(container, name, value)
    else {
      const held = container[member]
      Reflect.deleteProperty(container, member)
      if (kind === 'rename') define(container, name, held)
    }
  }
  // As it would come through Lambda: without holes in arrays.
  return JSON.parse(JSON.stringify(copy)) as unknown
}

const GOOD = [
  ...RECORDED_EVENTS.map(({ event }) => event),
  HTTP2_EVENT,
  ...MODES.flatMap((mode) => [
    createHealthCheckEvent({ mode }),
    createAlbEvent({
      mode,
      method: 'POST',
      url: '/a?b=1&b=2',
      body: { a: 1 },
      headers: { cookie: ['a=1', 'b=2'] },
    }),
  ]),
]

/** Any JSON value, and events that are nearly right. */
export const anyEvent: fc.Arbitrary<unknown> = fc.oneof(
  { weight: 1, arbitrary: anyJson },
  {
    weight: 4,
    arbitrary: fc
      .tuple(fc.constantFrom(...GOOD), fc.array(mutation, { minLength: 1, maxLength: 3 }))
      .map(([event, mutations]) => mutate(event, mutations)),
  },
)
