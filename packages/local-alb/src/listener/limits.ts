import { Buffer } from 'node:buffer'
import type { HeaderList, Refusal } from '../message.js'

/**
 * What an ALB takes at most, in bytes. Not adjustable: AWS, "Quotas for your Application Load Balancers", "HTTP
 * headers".
 */
export const REQUEST_LINE_LIMIT = 16_384
export const HEADER_LIMIT = 16_384
export const HEADERS_LIMIT = 65_536

/** AWS, "Troubleshoot your Application Load Balancers", "HTTP 463". */
export const FORWARDED_FOR_LIMIT = 30

/** AWS, "Troubleshoot your Application Load Balancers", "HTTP 414: URI too long". */
export function longRequestLine(length: number): Refusal {
  return {
    status: 414,
    explanation:
      `The request line has ${length} bytes or more; an ALB takes ${REQUEST_LINE_LIMIT}. ` +
      'Send a shorter path or query, or move the data into the body.',
    close: true,
  }
}

/** @param status 400 or 413: AWS's troubleshooting page names both */
export function longHeader(name: string, length: number, status: number): Refusal {
  return {
    status,
    explanation:
      `The header field ${quote(name)} has ${length} bytes; an ALB takes ${HEADER_LIMIT} for one. ` +
      'Send a shorter value, such as fewer or smaller cookies.',
    close: true,
  }
}

/** @param status 400 or 413: AWS's troubleshooting page names both */
export function longHeaders(length: number, status: number): Refusal {
  return {
    status,
    explanation:
      `The header fields have ${length} bytes or more together; an ALB takes ${HEADERS_LIMIT}. ` +
      'Send fewer or shorter ones.',
    close: true,
  }
}

/** The limits for fields that came without lines to measure, as in HTTP/2: counted as `name: value` and a line end. */
export function checkHeaderSizes(headers: HeaderList, status: number): Refusal | undefined {
  let total = 0
  for (const [name, value] of headers) {
    const length = name.length + value.length + 2
    if (length > HEADER_LIMIT) return longHeader(name, length, status)
    total += length + 2
  }
  return total > HEADERS_LIMIT ? longHeaders(total, status) : undefined
}

/** A malformed request. The connection ends with it, as what follows could be anything. */
export function badRequest(explanation: string): Refusal {
  return { status: 400, explanation, close: true }
}

/** What a client sent, fit for an explanation: printable, in quotes, and not too long. */
export function quote(text: string): string {
  const shown = JSON.stringify(text.length > 80 ? `${text.slice(0, 80)}...` : text)
  return shown.replace(
    /[\u007F-\u00FF]/g,
    (char) => `\\x${Buffer.from(char, 'latin1').toString('hex')}`,
  )
}
