import { once } from 'node:events'
import { request, type IncomingMessage, type OutgoingHttpHeaders } from 'node:http'
import { buffer } from 'node:stream/consumers'

export interface RawResponse {
  readonly status: number | undefined
  readonly headers: IncomingMessage['headers']
  readonly body: Buffer
}

/** A response with its body as it came, which clients that decompress do not show. */
export async function get(url: string, headers: OutgoingHttpHeaders = {}): Promise<RawResponse> {
  const [response] = (await once(request(url, { headers, agent: false }).end(), 'response')) as [
    IncomingMessage,
  ]
  return { status: response.statusCode, headers: response.headers, body: await buffer(response) }
}
