import { fieldValues, type HeaderField, type HeaderList } from '../message.js'

/** They concern one connection only (RFC 9110, section 7.6.1), or framing that is not passed on. */
const HOP_BY_HOP: ReadonlySet<string> = new Set([
  'connection',
  'keep-alive',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
])

/** What a client must not be able to take away by naming it in `Connection`. */
const END_TO_END: ReadonlySet<string> = new Set([
  'content-length',
  'host',
  'x-amzn-trace-id',
  'x-forwarded-for',
  'x-forwarded-port',
  'x-forwarded-proto',
])

/** The fields that go on to the next hop; those that `Connection` names do not. */
export function endToEndFields(headers: HeaderList): HeaderField[] {
  const named = new Set(
    fieldValues(headers, 'connection')
      .flatMap((value) => value.split(','))
      .map((name) => name.trim().toLowerCase())
      .filter((name) => !END_TO_END.has(name)),
  )
  return headers.filter(([name]) => {
    const lower = name.toLowerCase()
    return !HOP_BY_HOP.has(lower) && !named.has(lower)
  })
}
