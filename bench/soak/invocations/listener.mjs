// A bare listener and hooks: what reaches the adapter when no framework stands between.
import { setImmediate as turn } from 'node:timers/promises'
import { sign } from './app.mjs'

/**
 * @param {import('node:http').IncomingMessage} req
 * @param {import('node:http').ServerResponse} res
 */
export async function listener(req, res) {
  const id = String(req.headers['x-id'])
  switch (String(req.url)) {
    case '/rejected':
      await turn()
      throw new Error(id)
    case '/late-error':
      sign(res)
      res.end(id)
      throw new Error(id)
    case '/vanished':
      res.write('half of it')
      await turn()
      req.socket.destroy()
      break
    case '/empty':
      sign(res)
      res.writeHead(204).end()
      break
    default:
      await turn()
      sign(res)
      res.end(id)
  }
}

/** Fails where the request asks for it. @param {import('node:http').IncomingMessage} req */
export function onRequest(req) {
  if (req.url === '/hook-failed') throw new Error(String(req.headers['x-id']))
}

/** Another response in place of each. @param {import('express-alb').AppResponse} response */
export async function onResponse({ headers, ...response }) {
  await turn()
  return { ...response, headers: { ...headers, 'x-hook': 'seen' } }
}
