import { isUtf8 } from 'node:buffer'
import type { HttpRequest } from '../message.js'
import type { KeptExchange } from './kept-exchange.js'
import { isPlain, toShellWord } from './shell-words.js'

/**
 * The command that sends a request again with curl, for a POSIX shell: the same bytes in the same order, as far as curl
 * lets anyone decide. The body goes inline where it can be pasted, else through `base64 -d`.
 *
 * Framing is curl's own business: `Content-Length` is left out, `Transfer-Encoding: chunked` stays and makes curl chunk.
 */
export function toCurl({ request, requestBody }: KeptExchange): string {
  const body = request.hasBody ? (requestBody ?? Buffer.alloc(0)) : undefined
  const inline = body !== undefined && isInline(body)
  const options = [
    ...versionOptions(request),
    ...methodOptions(request.method, body),
    ...targetOptions(request),
    ...headerOptions(request, body),
    ...(body === undefined
      ? []
      : inline
        ? // Unlike --data-binary it takes a leading @ for what it is.
          [['--data-raw', body.toString('latin1')]]
        : [['--data-binary', '@-']]),
  ]
  const words = options.map((option) => option.map(toShellWord).join(' '))
  const command = `curl ${[...words, toShellWord(urlOf(request))].join(' \\\n  ')}`
  return body === undefined || inline
    ? command
    : `printf %s '${body.toString('base64')}' | base64 -d |\n${command}`
}

/** Linux takes no argument of more than 128 KiB. */
const LONGEST_INLINE = 64 * 1024

function isInline(body: Buffer): boolean {
  return body.length <= LONGEST_INLINE && isUtf8(body) && isPlain(body.toString('latin1'))
}

function versionOptions({ connection, version }: Sent): string[][] {
  const tls = connection.protocol === 'https'
  return [
    ...(version === '1.0' ? [['--http1.0']] : []),
    // Over TLS curl asks for HTTP/2 by itself.
    ...(version === '1.1' && tls ? [['--http1.1']] : []),
    // A certificate made on this machine is known to nobody.
    ...(tls ? [['--insecure']] : []),
  ]
}

function methodOptions(method: string, body: Buffer | undefined): string[][] {
  // With -X HEAD curl would wait for a body.
  if (method === 'HEAD' && body === undefined) return [['--head']]
  return method === (body === undefined ? 'GET' : 'POST') ? [] : [['-X', method]]
}

/** What curl would change about the target, it is told not to. */
function targetOptions(request: Sent): string[][] {
  const { target } = request
  if (!isOrdinary(target)) return [['--request-target', target]]
  return [
    ...(/\/\.{1,2}(?:[/?]|$)/.test(target) ? [['--path-as-is']] : []),
    ...(/[[\]{}]/.test(target) ? [['--globoff']] : []),
  ]
}

function isOrdinary(target: string): boolean {
  return /^\/[\w/.:=@%+,\-~!$&'()*;?[\]{}]*$/.test(target) && !target.startsWith('//')
}

function urlOf(request: Sent): string {
  const { protocol } = request.connection
  return `${protocol}://${authorityOf(request)}${isOrdinary(request.target) ? request.target : '/'}`
}

function authorityOf({ connection, headers, authority }: Sent): string {
  const { address, port } = connection.local
  const host = authority ?? headers.find(([name]) => isNamed(name, 'host'))?.[1] ?? ''
  // The name that the client used, where it is surely this machine; then no Host need be given.
  if (/^(?:localhost|127\.0\.0\.1|\[::1\])$/.test(host.replace(/:\d+$/, ''))) {
    if (host.endsWith(`:${port}`)) return host
  }
  return `${address.includes(':') ? `[${address}]` : address}:${port}`
}

function headerOptions(request: Sent, body: Buffer | undefined): string[][] {
  const { headers, authority } = request
  const own = authorityOf(request)
  const sent = authority === undefined ? headers : [['Host', authority] as const, ...headers]
  const given = sent.filter(
    ([name, value]) =>
      // Curl would read the file behind an @; a name that is no token (RFC 9110, 5.6.2) it cannot send.
      /^[\w!#$%&'*+.^`|~-]+$/.test(name) &&
      !isNamed(name, 'content-length') &&
      !(isNamed(name, 'host') && value === own),
  )
  const unwanted = [
    'User-Agent',
    'Accept',
    ...(body === undefined ? [] : ['Content-Type']),
    // Added to long bodies, with a pause.
    ...(body !== undefined && body.length > 1024 ? ['Expect'] : []),
  ].filter((name) => !sent.some(([candidate]) => isNamed(candidate, name)))
  return [
    // `Name;` is curl's way to say a field with an empty value; `Name:` leaves one out.
    ...given.map(([name, value]) => ['-H', value === '' ? `${name};` : `${name}: ${value}`]),
    ...(sent.some(([name]) => isNamed(name, 'host')) || request.version === '2.0'
      ? []
      : [['-H', 'Host:']]),
    ...unwanted.map((name) => ['-H', `${name}:`]),
  ]
}

type Sent = Pick<
  HttpRequest,
  'connection' | 'version' | 'method' | 'target' | 'headers' | 'authority'
>

function isNamed(name: string, wanted: string): boolean {
  return name.toLowerCase() === wanted.toLowerCase()
}
