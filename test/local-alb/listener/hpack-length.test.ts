import http2 from 'node:http2'
import net from 'node:net'
import { once } from 'node:events'
import { describe, expect, it, onTestFinished } from 'vitest'
import { isLongCompressed } from '../../../packages/local-alb/src/listener/hpack-length.js'

describe('isLongCompressed', () => {
  it('is not for anything up to 8 K, however it compresses', () => {
    expect(isLongCompressed('a', '~'.repeat(8191))).toBe(false)
    expect(isLongCompressed('a', '~'.repeat(8192))).toBe(true)
  })

  it.each([
    ['0', 5],
    ['%', 6],
    ['W', 7],
  ])('counts %s with its %i bits', (character, bits) => {
    const most = Math.floor((8191 * 8) / bits)
    expect(isLongCompressed('a', character.repeat(most))).toBe(false)
    expect(isLongCompressed('a', character.repeat(most + 2))).toBe(true)
  })

  it('agrees with what a client really sends', async () => {
    // Every printable character; the wire is the judge. Frames are read without an HTTP/2 server.
    const characters = Array.from({ length: 94 }, (_, index) => String.fromCharCode(0x21 + index))
    for (const character of characters) {
      const value = character.repeat(10_500)
      const expected = (await wireLength(value)) > 8192
      expect([character, isLongCompressed('', value)]).toEqual([character, expected])
    }
  })
})

/** How many bytes a value of this kind takes in the header block that Node's client sends. */
async function wireLength(value: string): Promise<number> {
  let received = 0
  const server = net.createServer((socket) => {
    // An empty SETTINGS frame is all that a server has to say.
    socket.write(Buffer.from([0, 0, 0, 4, 0, 0, 0, 0, 0]))
    socket.on('data', (bytes: Buffer) => {
      received += bytes.length
      if (received > 5000) session.destroy()
    })
    socket.on('error', () => {})
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as net.AddressInfo
  const session = http2.connect(`http://127.0.0.1:${port}`)
  session.on('error', () => {})
  onTestFinished(() => session.destroy())
  session.request({ a: value }).on('error', () => {})
  await once(session, 'close')
  server.close()
  await once(server, 'close')
  return received
}
