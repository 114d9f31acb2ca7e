import type { Socket } from 'node:net'
import { describe, expect, it } from 'vitest'
import { toConnection } from '../../../packages/local-alb/src/listener/connection-info.js'

describe('toConnection', () => {
  it.each([
    ['127.0.0.1', '127.0.0.1'],
    ['::ffff:192.0.2.1', '192.0.2.1'],
    ['::FFFF:192.0.2.1', '192.0.2.1'],
    ['::1', '::1'],
    ['::ffff:1', '::ffff:1'],
    ['2001:db8::ffff:192.0.2.1', '2001:db8::ffff:192.0.2.1'],
    [undefined, ''],
  ])('shows the address %s as %s', (given, address) => {
    const socket = { remoteAddress: given, remotePort: 5, localAddress: given, localPort: 6 }
    expect(toConnection(socket as Socket)).toEqual({
      client: { address, port: 5 },
      local: { address, port: 6 },
      protocol: 'http',
    })
  })
})
