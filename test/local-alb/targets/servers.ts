import { once } from 'node:events'
import { createServer as createHttpServer, type RequestListener, type Server } from 'node:http'
import {
  type AddressInfo,
  createServer as createTcpServer,
  type Server as TcpServer,
  type Socket,
} from 'node:net'
import type { HttpResponse, Refusal } from '../../../packages/local-alb/src/message.js'
import { RefusedError } from '../../../packages/local-alb/src/message.js'
import { createInstanceTarget } from '../../../packages/local-alb/src/targets/instance-target.js'
import type { Target, TargetReport } from '../../../packages/local-alb/src/targets/target.js'
import { createForwardedRequest, type RequestParts } from '../../helpers/http-request.js'

/** Runs `work` with an instance target in front of a server; ends both, whatever happens. */
async function withTarget<Result>(
  server: TcpServer | Server,
  work: (target: Target, origin: string) => Promise<Result>,
  idleTimeoutSeconds: number,
): Promise<Result> {
  const sockets = new Set<Socket>()
  server.on('connection', (socket: Socket) => {
    sockets.add(socket)
    // Whoever tests resets gets them.
    socket.on('error', () => {})
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const target = createInstanceTarget(origin, { idleTimeoutSeconds })
  try {
    return await work(target, origin)
  } finally {
    await target.close()
    for (const socket of sockets) socket.destroy()
    server.close()
  }
}

export function withHttpTarget<Result>(
  listener: RequestListener,
  work: (target: Target, server: Server) => Promise<Result>,
  idleTimeoutSeconds = 60,
): Promise<Result> {
  const server = createHttpServer(listener)
  return withTarget(server, (target) => work(target, server), idleTimeoutSeconds)
}

/** A target that answers with bytes of its own making. */
export function withRawTarget<Result>(
  onConnection: (socket: Socket) => void,
  work: (target: Target) => Promise<Result>,
  idleTimeoutSeconds = 60,
): Promise<Result> {
  return withTarget(createTcpServer(onConnection), work, idleTimeoutSeconds)
}

/** A target that sends these bytes once a request has come, and does not say more. */
export function withAnswer<Result>(
  answer: string,
  work: (target: Target) => Promise<Result>,
): Promise<Result> {
  return withRawTarget((socket) => {
    socket.once('data', () => socket.write(Buffer.from(answer, 'latin1')))
  }, work)
}

export function send(
  target: Target,
  parts: RequestParts = {},
  report: TargetReport = {},
): Promise<HttpResponse> {
  return target.send(createForwardedRequest(parts), report)
}

export async function bodyOf({ body }: HttpResponse): Promise<Buffer> {
  if (body === undefined) return Buffer.alloc(0)
  if (Buffer.isBuffer(body)) return body
  return Buffer.concat((await body.toArray()) as Buffer[])
}

export async function textOf(response: HttpResponse): Promise<string> {
  return (await bodyOf(response)).toString('latin1')
}

/** How the request is refused. Fails when it is not. */
export async function refusalOf(answer: Promise<unknown>): Promise<Refusal> {
  const error: unknown = await answer.then(
    () => new Error('Nothing was refused'),
    (reason: unknown) => reason,
  )
  if (error instanceof RefusedError) return error.refusal
  throw error
}
