import fc from 'fast-check'
import { expect, it } from 'vitest'
import { toEvent } from '../../../packages/local-alb/src/event/event.js'
import { resolveOptions } from '../../../packages/local-alb/src/options.js'
import { ARN, createForwardedRequest } from '../../helpers/http-request.js'

const settings = resolveOptions()

it('any list of fields is in the event: last values, or all of them in order; nothing else', () => {
  const name = fc.constantFrom('X-A', 'x-a', 'X-B', '__proto__', 'constructor', '7', '10', '_', 'Z')
  const text = fc.string({ unit: fc.constantFrom(...Array.from('a"\\,; é😀\t\u2028')) })
  fc.assert(
    fc.property(fc.array(fc.tuple(name, text)), (fields) => {
      const headers = fields.map(
        ([key, value]) => [key, Buffer.from(value).toString('latin1')] as const,
      )
      const request = createForwardedRequest({ headers })
      const expected = new Map<string, string[]>()
      for (const [key, value] of fields) {
        const lower = key.toLowerCase()
        expected.set(lower, [...(expected.get(lower) ?? []), value])
      }
      for (const multiValueHeaders of [false, true]) {
        const event = toEvent(request, Buffer.alloc(0), { arn: ARN, multiValueHeaders }, settings)
        const map = (JSON.parse(event) as Record<string, Record<string, unknown>>)[
          multiValueHeaders ? 'multiValueHeaders' : 'headers'
        ]
        const own = Object.entries(map ?? {}).filter(
          ([key]) => key !== 'host' && !key.startsWith('x-forwarded-') && key !== 'x-amzn-trace-id',
        )
        expect(new Map(own)).toEqual(
          multiValueHeaders
            ? expected
            : new Map([...expected].map(([key, list]) => [key, list.at(-1)])),
        )
      }
    }),
  )
})
