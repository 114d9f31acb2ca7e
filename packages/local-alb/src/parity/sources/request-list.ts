import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import type { HeaderField } from '../../message.js'
import { ParityError } from '../parity-error.js'
import { isFieldValue, isToken, splitUrl, toSentFields, toTarget, toWire } from '../request.js'
import { type Source, SourceBuilder } from './source.js'

/**
 * A list of requests, written by hand:
 *
 *     # a comment
 *     GET /orders?page=2
 *     /about
 *     POST /orders
 *       Content-Type: application/json
 *       > {"item": 1}
 *     PUT /logo
 *       < logo.png
 *
 * A request begins at the first column; the method may be left out, and an absolute URL says the host. Indented lines
 * belong to it: header fields, lines of the body behind `> `, or a file with the body behind `< `.
 *
 * @param folder where the files of bodies are looked for
 * @throws {ParityError} with file and line
 */
export function readRequestList(text: string, file: string, folder: string): Source {
  const source = new SourceBuilder()
  let open: Open | undefined
  const finish = (): void => {
    if (open === undefined) return
    const { headers, lines, bytes, ...rest } = open
    const body = bytes ?? (lines.length > 0 ? Buffer.from(lines.join('\n')) : undefined)
    source.requests.push({ ...rest, headers: toSentFields(headers), body })
  }
  for (const [index, line] of text
    .replace(/^\uFEFF/, '')
    .split(/\r?\n/)
    .entries()) {
    const place = `${file}:${index + 1}`
    if (line.trim() === '' || line.startsWith('#')) continue
    if (!/^\s/.test(line)) {
      finish()
      open = begin(line.trim(), place)
    } else if (open === undefined) {
      throw new ParityError(
        `${place}: "${shorten(line)}" is indented but follows no request; begin with a line such as GET /path`,
      )
    } else extend(open, line.trimStart(), place, folder)
  }
  finish()
  return source
}

interface Open {
  readonly source: string
  readonly method: string
  readonly target: string
  readonly headers: HeaderField[]
  readonly lines: string[]
  bytes?: Buffer
}

function begin(line: string, place: string): Open {
  const [first = '', ...rest] = line.split(/\s+/)
  const bare = first.startsWith('/') || first.includes('://')
  const method = bare ? 'GET' : first
  // What follows, such as HTTP/1.1, is how logs and other lists write it.
  const [target = '', version] = bare ? [first, rest[0]] : rest
  if (!isToken(method) || target === '') {
    throw new ParityError(`${place}: "${shorten(line)}" is no request; write it as GET /path`)
  }
  if (version !== undefined && !/^HTTP\/\d/.test(version)) {
    throw new ParityError(
      `${place}: "${shorten(line)}" has more than a method and a path; write a blank in the path as %20`,
    )
  }
  if (method.toUpperCase() === 'CONNECT') {
    throw new ParityError(`${place}: CONNECT is for proxies and cannot be compared`)
  }
  const open = { source: place, method, headers: [], lines: [] }
  if (target.startsWith('/')) return { ...open, target: toTarget(target) }
  const url = splitUrl(target)
  if (url === undefined || url.host === '' || !/^https?$/.test(url.scheme)) {
    throw new ParityError(
      `${place}: "${shorten(target)}" is no path; it must begin with / or be an http:// or https:// URL`,
    )
  }
  return { ...open, target: url.target, headers: [['Host', url.host]] }
}

function extend(open: Open, line: string, place: string, folder: string): void {
  if (line.startsWith('>')) {
    if (open.bytes !== undefined) throw twoBodies(place)
    open.lines.push(line.slice(line.startsWith('> ') ? 2 : 1))
    return
  }
  if (line.startsWith('<')) {
    if (open.bytes !== undefined || open.lines.length > 0) throw twoBodies(place)
    open.bytes = readBody(line.slice(1).trim(), place, folder)
    return
  }
  open.headers.push(parseField(line, place))
}

/**
 * `Name: value`, as bytes of the wire.
 *
 * @throws {ParityError} that begins with `place`
 */
export function parseField(line: string, place: string): HeaderField {
  const colon = line.indexOf(':')
  const name = line.slice(0, Math.max(0, colon)).trimEnd()
  if (colon < 1 || !isToken(name)) {
    throw new ParityError(
      `${place}: "${shorten(line)}" is no header field; write it as Name: value (a body's lines begin with >)`,
    )
  }
  const value = toWire(line.slice(colon + 1).trim())
  if (!isFieldValue(value)) {
    throw new ParityError(`${place}: the value of ${name} has a character that no header may have`)
  }
  return [name, value]
}

function readBody(name: string, place: string, folder: string): Buffer {
  try {
    return readFileSync(resolve(folder, name))
  } catch (error) {
    const { code = String(error) } = error as NodeJS.ErrnoException
    throw new ParityError(
      `${place}: the body's file "${name}" cannot be read (${code}); it is looked for in ${folder}`,
    )
  }
}

function twoBodies(place: string): ParityError {
  return new ParityError(`${place}: a request has one body: lines behind > or one file behind <`)
}

function shorten(text: string): string {
  return text.length > 80 ? `${text.slice(0, 77)}...` : text
}
