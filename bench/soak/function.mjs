// A function that fails in every way there is, as it is told to by the path.
import { setTimeout } from 'node:timers/promises'

/** @param {{ path: string, queryStringParameters: { id: string } }} event */
export async function handler({ path, queryStringParameters: { id } }) {
  switch (path) {
    case '/throw':
      throw new Error(`thrown for ${id}`)
    case '/crash':
      return process.exit(3)
    case '/hang':
      await setTimeout(60_000)
      return { statusCode: 200, body: 'too late' }
    case '/oversize':
      return { statusCode: 200, body: 'x'.repeat(1_200_000) }
    case '/invalid':
      return { statusCode: 200, headers: { 'content-length': 7 }, body: id }
    default:
      return { statusCode: 200, headers: { 'x-id': id }, body: `answer to ${id}` }
  }
}
