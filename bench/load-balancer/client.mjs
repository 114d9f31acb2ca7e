// A client that keeps a number of connections busy, one request at a time on each, and looks at every answer.
import { connect } from 'node:net'

/**
 * @typedef {object} Wanted
 * @property {string} request the bytes of one request
 * @property {string} body what every answer has to say
 *
 * @typedef {{ requests: number, wrong: number, seconds: number }} Load
 */

/**
 * Sends as many requests as the connections take in the time given.
 *
 * Answers are read with as little work as is needed to be sure of them, so that the client is not what is measured:
 * status 200, a `Content-Length`, and the body.
 *
 * @param {number} port of 127.0.0.1
 * @param {Wanted} wanted
 * @param {{ connections: number, seconds: number }} options
 * @returns {Promise<Load>}
 */
export async function load(port, wanted, { connections, seconds }) {
  const start = performance.now()
  const end = start + seconds * 1000
  const counts = await Promise.all(
    Array.from({ length: connections }, () => keepBusy(port, wanted, end)),
  )
  const elapsed = (performance.now() - start) / 1000
  return {
    requests: counts.reduce((sum, { requests }) => sum + requests, 0),
    wrong: counts.reduce((sum, { wrong }) => sum + wrong, 0),
    seconds: elapsed,
  }
}

/**
 * @param {number} port
 * @param {Wanted} wanted
 * @param {number} end
 * @returns {Promise<{ requests: number, wrong: number }>}
 */
function keepBusy(port, { request, body }, end) {
  return new Promise((resolve, reject) => {
    let requests = 0
    let wrong = 0
    let received = ''
    const socket = connect({ port, host: '127.0.0.1', noDelay: true })
    socket.setEncoding('latin1')
    socket.on('error', reject)
    socket.on('connect', () => socket.write(request))
    socket.on('close', () => {
      if (performance.now() < end)
        reject(new Error(`Closed after ${requests} answers: ${received}`))
      else resolve({ requests, wrong })
    })
    socket.on('data', (/** @type {string} */ chunk) => {
      received += chunk
      const head = received.indexOf('\r\n\r\n')
      if (head < 0) return
      const length = Number(/content-length: (\d+)/i.exec(received.slice(0, head))?.[1])
      const whole = head + 4 + length
      if (received.length < whole) return
      requests += 1
      if (!received.startsWith('HTTP/1.1 200 ') || received.slice(head + 4, whole) !== body) {
        wrong += 1
      }
      received = received.slice(whole)
      if (performance.now() < end) socket.write(request)
      else socket.end()
    })
  })
}
