import type { IncomingMessage } from 'node:http'
import type { Duplex } from 'node:stream'
import { toFields } from './target-response.js'

/**
 * Joins the client's connection and the target's once the target has agreed to the upgrade: its answer as it came, then
 * bytes both ways until either side ends. A connection that is silent for the idle timeout is closed (AWS: "Connection idle
 * timeout").
 */
export function joinConnections(
  client: Duplex,
  target: Duplex & { setTimeout(milliseconds: number): unknown },
  answer: IncomingMessage,
  idleTimeoutSeconds: number,
): void {
  const fields = toFields(answer.rawHeaders).map(([name, value]) => `${name}: ${value}\r\n`)
  const head = `HTTP/1.1 101 ${answer.statusMessage ?? ''}\r\n${fields.join('')}\r\n`
  client.write(Buffer.from(head, 'latin1'))
  for (const [end, other] of [
    [client, target],
    [target, client],
  ] as const) {
    end.on('error', () => other.destroy())
    end.on('close', () => other.destroy())
    // A side that has closed its half has left, as for an ALB.
    end.on('end', () => other.end(() => other.destroy()))
    end.pipe(other, { end: false })
  }
  target.setTimeout(idleTimeoutSeconds * 1000)
  target.on('timeout', () => target.destroy())
}
