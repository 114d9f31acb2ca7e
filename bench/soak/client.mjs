// One request on a connection of its own or on a kept one, read to its end.
import { Agent, request } from 'node:http'

/**
 * @typedef {{ status: number, body: string }} Answer
 */

export const agent = new Agent({ keepAlive: true, maxSockets: 64 })

/**
 * @param {number} port
 * @param {string} path
 * @returns {Promise<Answer>}
 */
export function ask(port, path) {
  return new Promise((resolve, reject) => {
    const outgoing = request({ port, host: '127.0.0.1', path, agent }, (res) => {
      let body = ''
      res.setEncoding('utf8')
      res.on('data', (/** @type {string} */ chunk) => (body += chunk))
      res.on('end', () => resolve({ status: res.statusCode ?? 0, body }))
      res.on('error', reject)
    })
    outgoing.on('error', reject)
    outgoing.end()
  })
}

/**
 * Sends a request and leaves before the answer comes.
 *
 * @param {number} port
 * @param {string} path
 * @returns {Promise<void>}
 */
export function askAndLeave(port, path) {
  return new Promise((resolve) => {
    const outgoing = request({ port, host: '127.0.0.1', path, agent: false })
    outgoing.on('error', () => {})
    outgoing.on('close', () => resolve())
    outgoing.end()
    outgoing.on('finish', () => {
      setTimeout(() => outgoing.destroy(), 1)
    })
  })
}
