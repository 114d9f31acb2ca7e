import * as net from 'node:net'

/** What Node's cluster module binds with; there on Node 20, 22 and 24, and not documented. */
type CreateServerHandle = (address: string, port: number, type: 4 | 6) => net.ListenOptions | number

/**
 * Binds to 127.0.0.1 at once. `net.Server.listen` with a host asks the resolver first, even for an address, so that
 * `server.address()` is `null` for a moment; supertest before 7.2 reads it right after `listen(0)`.
 *
 * Where Node no longer has the function, or refuses, the ordinary way is taken, which also reports the error.
 */
export function bindLoopback(server: net.Server, options: net.ListenOptions): void {
  const create = Reflect.get(net, '_createServerHandle') as CreateServerHandle | undefined
  const handle = create?.('127.0.0.1', options.port ?? 0, 4)
  if (typeof handle === 'object') server.listen(handle)
  else server.listen({ ...options, host: '127.0.0.1' })
}
