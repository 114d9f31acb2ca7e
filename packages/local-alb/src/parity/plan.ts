import type { HeaderField, HeaderList } from '../message.js'
import type { Masks } from './compare/masks.js'

/** How requests are sent and answers compared. */
export interface Plan {
  readonly masks: Masks
  /** Send methods that may change something, too. */
  readonly unsafe: boolean
  /** Ask left once more where a safe request was answered differently, to find what changes by nature. */
  readonly probeVolatile: boolean
  /** Keep what each side sets as cookies and send it with the next requests. */
  readonly cookies: boolean
  /** Requests at once. */
  readonly concurrency: number
  /** By how many milliseconds right may be slower than left; not there: time never counts. */
  readonly maxSlowerMs?: number | undefined
  /** How long an answer may take. */
  readonly waitSeconds: number
  /** Fields that every request gets, in place of its own of the same names. */
  readonly headers: readonly HeaderField[]
  /** `Host` for every request; default: what the source says, else left's. */
  readonly host?: string | undefined
}

/** The fields of a request with those that `plan` adds, and `Host` first. */
export function withPlannedFields(
  headers: HeaderList,
  plan: Plan,
  defaultHost: string,
): { readonly host: string; readonly headers: readonly HeaderField[] } {
  const added = plan.headers.filter(([name]) => name.toLowerCase() !== 'host')
  const replaced = new Set(added.map(([name]) => name.toLowerCase()))
  const own = headers.filter(([name]) => {
    const lower = name.toLowerCase()
    return lower !== 'host' && !replaced.has(lower)
  })
  const given = (list: HeaderList): string | undefined =>
    list.find(([name]) => name.toLowerCase() === 'host')?.[1]
  const host = given(plan.headers) ?? plan.host ?? given(headers) ?? defaultHost
  return { host, headers: [['Host', host], ...own, ...added] }
}
