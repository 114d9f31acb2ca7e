import { type Answer, isResponse } from './answer.js'
import { compareRequest } from './compare-request.js'
import type { Comparison } from './comparison.js'
import { CookieJar } from './cookie-jar.js'
import { fieldValues, type HeaderField } from '../message.js'
import { type Plan, withPlannedFields } from './plan.js'
import type { ParityRequest } from './request.js'
import { Sender } from './sender.js'
import type { SideName, Sides } from './side.js'

/**
 * Sends each request to both sides and compares the answers; several requests at once, each to both sides at the same
 * time.
 *
 * @param onCompared told of each comparison, in the order of the requests
 * @param signal ends it early: what is under way is finished, nothing new is begun
 * @throws {UnreachableError} when a side is not there (any more)
 */
export async function run(
  requests: readonly ParityRequest[],
  sides: Sides,
  plan: Plan,
  onCompared: (comparison: Comparison) => void,
  signal?: AbortSignal,
): Promise<void> {
  const senders = { left: new Sender(sides.left, plan), right: new Sender(sides.right, plan) }
  const jars = plan.cookies ? { left: new CookieJar(), right: new CookieJar() } : undefined
  const inOrder = createSequence(onCompared)
  let next = 0
  let problem: unknown
  const work = async (): Promise<void> => {
    for (;;) {
      const index = next
      const request = requests[index]
      if (request === undefined || signal?.aborted === true || problem !== undefined) return
      next += 1
      inOrder(index, await exchange(index, request))
    }
  }
  const exchange = async (index: number, request: ParityRequest): Promise<Comparison> => {
    const { host, headers } = withPlannedFields(request.headers, plan, sides.left.origin.host)
    const sent = { left: withCookies('left'), right: withCookies('right') }
    function withCookies(name: SideName): ParityRequest {
      return { ...request, headers: jars === undefined ? headers : toFields(jars[name], headers) }
    }
    function toFields(jar: CookieJar, fields: readonly HeaderField[]): readonly HeaderField[] {
      const recorded = fieldValues(fields, 'cookie')
      const cookie = jar.headerFor(
        request.target,
        recorded.length === 0 ? undefined : recorded.join('; '),
      )
      const others = fields.filter(([field]) => field.toLowerCase() !== 'cookie')
      return cookie === undefined ? others : [...others, ['Cookie', cookie]]
    }
    const [left, right] = await both(senders.left.send(sent.left), senders.right.send(sent.right))
    if (jars !== undefined) {
      store(jars.left, left, request)
      store(jars.right, right, request)
    }
    return compareRequest(
      { number: index + 1, request, left, right },
      { request, host, sides, masks: plan.masks },
      plan,
      () => senders.left.send(sent.left),
    )
  }
  try {
    const workers = Array.from({ length: plan.concurrency }, () =>
      work().catch((error: unknown) => {
        problem ??= error
      }),
    )
    await Promise.all(workers)
  } finally {
    senders.left.close()
    senders.right.close()
  }
  if (problem !== undefined) throw problem as Error
}

/** Waits for both even when one fails, so that nothing is under way any more. */
async function both(left: Promise<Answer>, right: Promise<Answer>): Promise<[Answer, Answer]> {
  await Promise.allSettled([left, right])
  return [await left, await right]
}

function store(jar: CookieJar, answer: Answer, { target }: ParityRequest): void {
  if (isResponse(answer)) jar.store(fieldValues(answer.headers, 'set-cookie'), target)
}

/** Passes results on in order; one that comes early waits. */
function createSequence(
  pass: (comparison: Comparison) => void,
): (index: number, comparison: Comparison) => void {
  const waiting = new Map<number, Comparison>()
  let next = 0
  return (index, comparison) => {
    waiting.set(index, comparison)
    for (;;) {
      const ready = waiting.get(next)
      if (ready === undefined) return
      waiting.delete(next)
      next += 1
      pass(ready)
    }
  }
}
