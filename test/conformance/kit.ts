import { judge } from '../../bench/conformance/judge.mjs'
import { observe, type Create, type View } from '../../bench/conformance/observe.mjs'
import { observeNode } from '../../bench/conformance/reference.mjs'
import { checksOf, type Check } from '../../bench/conformance/vectors/index.mjs'

/** Checks under way together: some wait for a deadline. */
const AT_ONCE = 8

const nodeViews = new Map<string, Promise<View>>()

/** The checks that an adapter fails, as `id mode: difference`, in the kit's order. */
export async function failuresOf(create: Create, only?: string): Promise<string[]> {
  return failuresIn(checksOf({ only }), async (check) => {
    const view = await observe(create, check.vector, check.mode)
    return { view, node: comparesWithNode(check) ? await viewOfNode(check) : undefined }
  })
}

/** The checks that a real server fails: the vectors themselves are wrong there. */
export async function failuresOfNode(): Promise<string[]> {
  const judged = checksOf().filter(({ vector }) => vector.apart === undefined)
  return failuresIn(judged, async (check) => {
    const view = await viewOfNode(check)
    return { view, node: view }
  })
}

/** The ids of the vectors that an adapter fails in any mode. */
export async function failedIds(create: Create, only: string): Promise<string[]> {
  const failures = await failuresOf(create, only)
  return [...new Set(failures.map((failure) => failure.replace(/ .*/s, '')))]
}

async function failuresIn(
  checks: readonly Check[],
  look: (check: Check) => Promise<{ view: View; node: View | undefined }>,
): Promise<string[]> {
  const failures: string[] = []
  const queue = checks.entries()
  const work = async (): Promise<void> => {
    for (const [i, check] of queue) {
      const { view, node } = await look(check)
      const [difference] = judge(check.vector, view, node)
      if (difference) {
        failures[i] = `${check.vector.id} ${check.mode}: ${JSON.stringify(difference)}`
      }
    }
  }
  await Promise.all(Array.from({ length: AT_ONCE }, work))
  return failures.flat()
}

function comparesWithNode({ vector }: Check): boolean {
  return JSON.stringify([vector.sees, vector.answer]).includes('"asNode":true')
}

/** What the real server gives, asked once. */
async function viewOfNode({ vector, mode }: Check): Promise<View> {
  const key = `${vector.id} ${mode}`
  const view = nodeViews.get(key) ?? observeNode(vector, mode)
  nodeViews.set(key, view)
  return view
}
