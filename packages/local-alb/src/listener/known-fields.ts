import type { HeaderList } from '../message.js'

/** The fields that decide about framing and admission, picked out in one pass. */
export interface KnownFields {
  hasHost: boolean
  /** Lower case, several fields joined with commas. */
  connection: string
  /** Lower case. */
  expect: string
  upgrade: string
  readonly contentLength: string[]
  readonly transferEncoding: string[]
  readonly forwardedFor: string[]
}

/** By the length of their names, so that the other fields cost nothing. */
const LENGTHS = new Set([4, 6, 7, 10, 14, 15, 17])

export function pickKnownFields(headers: HeaderList): KnownFields {
  const known: KnownFields = {
    hasHost: false,
    connection: '',
    expect: '',
    upgrade: '',
    contentLength: [],
    transferEncoding: [],
    forwardedFor: [],
  }
  for (const [name, value] of headers) {
    if (LENGTHS.has(name.length)) pick(known, name.toLowerCase(), value)
  }
  return known
}

function pick(known: KnownFields, name: string, value: string): void {
  if (name === 'host') known.hasHost = true
  else if (name === 'connection') known.connection += `,${value.toLowerCase()}`
  else if (name === 'expect') known.expect = value.toLowerCase()
  else if (name === 'upgrade') known.upgrade = value
  else if (name === 'content-length') known.contentLength.push(value)
  else if (name === 'transfer-encoding') known.transferEncoding.push(value)
  else if (name === 'x-forwarded-for') known.forwardedFor.push(value)
}

/** Whether a comma-separated, lower-case list such as `Connection` has this item. */
export function hasItem(list: string, item: string): boolean {
  return list.includes(item) && list.split(',').some((candidate) => candidate.trim() === item)
}
