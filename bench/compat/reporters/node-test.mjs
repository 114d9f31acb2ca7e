// A reporter for node:test: one line of JSON for each outcome.

/**
 * @typedef {{ name: string, nesting: number, file?: string, skip?: unknown, todo?: unknown, details?: { type?: string, error?: { message: string, cause?: unknown } } }} Data
 */

/** @param {AsyncIterable<{ type: string, data: Data }>} source */
// oxlint-disable-next-line import/no-default-export -- node:test takes that one
export default async function* report(source) {
  // The runner tells the start of each test in the order of the file, then its outcome after those of the tests in it.
  /** @type {string[]} */
  const path = []
  let number = 0
  for await (const { type, data } of source) {
    if (type === 'test:start') path.splice(data.nesting, path.length, data.name)
    if (type !== 'test:pass' && type !== 'test:fail') continue
    if (data.details?.type === 'suite') continue
    const title = [...path.slice(0, data.nesting), data.name].join(' › ')
    const failed = type === 'test:fail' && data.todo === undefined
    const state =
      data.skip !== undefined || data.todo !== undefined ? 'skip' : failed ? 'fail' : 'pass'
    const error = failed && { error: toText(data.details?.error) }
    yield `${JSON.stringify({ number: number++, file: data.file, title, state, ...error })}\n`
  }
  yield '{"end":true}\n'
}

/** Node wraps what a test threw. @param {{ message: string, cause?: unknown } | undefined} error */
function toText(error) {
  const { cause, message = '' } = error ?? {}
  return cause instanceof Error ? (cause.stack ?? cause.message) : message
}
