import { request as sendRequest, type IncomingMessage } from 'node:http'
import type { About } from '../../../packages/local-alb/src/inspector/live-updates.js'
import type { Row } from '../../../packages/local-alb/src/inspector/row.js'
import { within } from '../../helpers/deadline.js'

export interface RowsMessage {
  readonly id: string
  readonly reset: boolean
  readonly rows: readonly Row[]
}

/** The stream of updates as a page reads it. */
export interface UpdateStream {
  readonly about: Promise<About>
  /** The rows that a page would hold now. */
  readonly rows: ReadonlyMap<number, Row>
  readonly messages: readonly RowsMessage[]
  /** Waits until the messages so far satisfy a condition. */
  until(what: string, condition: (stream: UpdateStream) => boolean): Promise<void>
  readonly response: IncomingMessage
  close(): void
}

export async function openUpdates(port: number, after = ''): Promise<UpdateStream> {
  const response = await new Promise<IncomingMessage>((resolve, reject) => {
    const request = sendRequest({
      host: '127.0.0.1',
      port,
      path: `/api/updates?after=${encodeURIComponent(after)}`,
      agent: false,
    })
    request.on('response', resolve)
    request.on('error', reject)
    request.end()
  })
  const rows = new Map<number, Row>()
  const messages: RowsMessage[] = []
  const waiting = new Set<() => void>()
  let settleAbout: (about: About) => void
  const about = new Promise<About>((resolve) => {
    settleAbout = resolve
  })
  let rest = ''
  response.setEncoding('utf8')
  response.on('error', () => undefined)
  response.on('data', (piece: string) => {
    const blocks = (rest + piece).split('\n\n')
    rest = blocks.pop() ?? ''
    for (const block of blocks) {
      const fields = new Map(
        block.split('\n').map((line): [string, string] => {
          const colon = line.indexOf(':')
          return [line.slice(0, colon), line.slice(colon + 2)]
        }),
      )
      const data = fields.get('data') ?? ''
      if (fields.get('event') === 'about') settleAbout(JSON.parse(data) as About)
      if (fields.get('event') !== 'rows') continue
      const message = {
        id: fields.get('id') ?? '',
        ...(JSON.parse(data) as Omit<RowsMessage, 'id'>),
      }
      messages.push(message)
      if (message.reset) rows.clear()
      for (const row of message.rows) rows.set(row.id, row)
    }
    for (const check of waiting) check()
  })
  const stream: UpdateStream = {
    about,
    rows,
    messages,
    response,
    until: (what, condition) => {
      const met = new Promise<void>((resolve) => {
        const check = (): void => {
          if (!condition(stream)) return
          waiting.delete(check)
          resolve()
        }
        waiting.add(check)
        check()
      })
      return within(8_000, what, met)
    },
    close: () => {
      response.destroy()
    },
  }
  return stream
}
