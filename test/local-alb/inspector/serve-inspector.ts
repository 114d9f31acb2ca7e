import {
  request as sendRequest,
  type IncomingHttpHeaders,
  type OutgoingHttpHeaders,
} from 'node:http'
import { connect } from 'node:net'
import {
  createInspector,
  type Inspector,
  type InspectorOptions,
} from '../../../packages/local-alb/src/inspector/inspector.js'
import { within } from '../../helpers/deadline.js'
import { FakeAlb } from './exchanges.js'

const DEADLINE_MS = 8_000

export interface Answer {
  readonly status: number
  readonly headers: IncomingHttpHeaders
  readonly body: Buffer
  readonly text: string
}

export interface AskOptions {
  readonly method?: string
  /** Exactly these; `Host` is not filled in. */
  readonly headers?: OutgoingHttpHeaders
}

/** A served inspector with a load balancer that does what the test says. */
export interface ServedInspector extends AsyncDisposable {
  readonly alb: FakeAlb
  readonly inspector: Inspector
  readonly port: number
  /** One request, with `Host: 127.0.0.1:<port>` unless `headers` are given. */
  ask(path: string, options?: AskOptions): Promise<Answer>
  /** The same for a command as the page sends it. */
  command(path: string): Promise<Answer>
  json(path: string): Promise<Record<string, unknown>>
}

export async function serveInspector(
  options: InspectorOptions = {},
  host?: string,
): Promise<ServedInspector> {
  const alb = new FakeAlb()
  const inspector = createInspector(alb, options)
  const { port } = await inspector.listen(0, host)
  const own = `127.0.0.1:${port}`
  const ask: ServedInspector['ask'] = (path, { method = 'GET', headers = { Host: own } } = {}) =>
    askServer(port, path, method, headers)
  return {
    alb,
    inspector,
    port,
    ask,
    command: (path) =>
      ask(path, {
        method: 'POST',
        headers: {
          Host: own,
          Origin: `http://${own}`,
          'Sec-Fetch-Site': 'same-origin',
          'X-Inspector': '1',
        },
      }),
    json: async (path) => JSON.parse((await ask(path)).text) as Record<string, unknown>,
    [Symbol.asyncDispose]: () => inspector.close(),
  }
}

function askServer(
  port: number,
  path: string,
  method: string,
  headers: OutgoingHttpHeaders,
): Promise<Answer> {
  const answer = new Promise<Answer>((resolve, reject) => {
    const request = sendRequest({ host: '127.0.0.1', port, path, method, headers, setHost: false })
    request.on('error', reject)
    request.on('response', (response) => {
      const chunks: Buffer[] = []
      response.on('data', (chunk: Buffer) => chunks.push(chunk))
      response.on('error', reject)
      response.on('end', () => {
        const body = Buffer.concat(chunks)
        const { statusCode: status = 0 } = response
        resolve({ status, headers: response.headers, body, text: body.toString() })
      })
    })
    request.end()
  })
  return within(DEADLINE_MS, `answer to ${method} ${path}`, answer)
}

/** Sends bytes that no client library would, and gives what comes back until the connection ends. */
export function sendRaw(port: number, bytes: string): Promise<string> {
  const answer = new Promise<string>((resolve) => {
    const socket = connect(port, '127.0.0.1')
    let received = ''
    socket.setEncoding('latin1')
    socket.on('data', (piece: string) => {
      received += piece
    })
    socket.on('error', () => undefined)
    socket.on('close', () => {
      resolve(received)
    })
    socket.write(bytes, 'latin1')
  })
  return within(DEADLINE_MS, 'end of the connection', answer)
}
