import type { HeaderField } from '../../message.js'
import { ParityError } from '../parity-error.js'
import { isRecord, textOf } from './json.js'

export interface PostBody {
  readonly body: Buffer | undefined
  /** Set when it differs from the recorded field: another boundary, or there was none. */
  readonly contentType?: string
}

/**
 * The bytes of HAR's `postData`: its `text` (in base64 when `encoding` says so, as some tools write binary bodies), or else
 * its `params` as a form.
 *
 * @throws {ParityError} that begins with `place`
 */
export function toPostBody(
  postData: unknown,
  fields: readonly HeaderField[],
  place: string,
): PostBody {
  if (postData === undefined || postData === null) return { body: undefined }
  if (!isRecord(postData)) throw new ParityError(`${place}: "postData" is no object`)
  const recorded = fields.find(([name]) => name.toLowerCase() === 'content-type')?.[1]
  const mimeType = recorded ?? textOf(postData['mimeType']) ?? ''
  const added = recorded === undefined && mimeType !== '' ? { contentType: mimeType } : {}
  const text = textOf(postData['text'])
  if (text !== undefined && text !== '') {
    const encoding = textOf(postData['encoding']) ?? textOf(postData['_encoding'])
    return { body: toBytes(text, encoding, place), ...added }
  }
  const params = postData['params'] ?? []
  if (!Array.isArray(params)) throw new ParityError(`${place}: "params" of "postData" is no list`)
  if (params.length === 0) return { body: undefined }
  const parts = (params as readonly unknown[]).map((param) => toParam(param, place))
  if (/^multipart\/form-data/i.test(mimeType)) {
    const body = toMultipart(parts)
    return { body, contentType: `multipart/form-data; boundary=${BOUNDARY}` }
  }
  return {
    body: Buffer.from(
      parts.map(({ name, value }) => `${toFormText(name)}=${toFormText(value)}`).join('&'),
    ),
    ...(mimeType === '' ? { contentType: 'application/x-www-form-urlencoded' } : added),
  }
}

function toBytes(text: string, encoding: string | undefined, place: string): Buffer {
  if (encoding === undefined || encoding === '') return Buffer.from(text)
  if (encoding !== 'base64') {
    throw new ParityError(`${place}: "postData" has the encoding "${encoding}"; known is base64`)
  }
  if (!/^[\s\dA-Za-z+/]*={0,2}\s*$/.test(text)) {
    throw new ParityError(`${place}: the text of "postData" is no valid base64`)
  }
  return Buffer.from(text, 'base64')
}

interface Param {
  readonly name: string
  readonly value: string
  readonly fileName: string | undefined
  readonly contentType: string | undefined
}

function toParam(param: unknown, place: string): Param {
  const name = isRecord(param) ? textOf(param['name']) : undefined
  if (!isRecord(param) || name === undefined) {
    throw new ParityError(`${place}: a parameter of "postData" has no "name"`)
  }
  return {
    name,
    value: textOf(param['value']) ?? '',
    fileName: textOf(param['fileName']),
    contentType: textOf(param['contentType']),
  }
}

/** Some tools write parameters encoded as they were sent, some decoded; text that can be the former is left alone. */
function toFormText(text: string): string {
  return /^(?:[\w.~*+-]|%[\dA-F]{2})*$/i.test(text) ? text : encodeURIComponent(text)
}

const BOUNDARY = '----local-alb-parity-7f3d1c'

function toMultipart(params: readonly Param[]): Buffer {
  const parts = params.map(({ name, value, fileName, contentType }) => {
    const file = fileName === undefined ? '' : `; filename="${escape(fileName)}"`
    const type = contentType === undefined ? '' : `Content-Type: ${escape(contentType)}\r\n`
    return `--${BOUNDARY}\r\nContent-Disposition: form-data; name="${escape(name)}"${file}\r\n${type}\r\n${value}\r\n`
  })
  return Buffer.from(`${parts.join('')}--${BOUNDARY}--\r\n`)
}

/** As browsers write names in a multipart form: HTML, "multipart/form-data encoding algorithm". */
function escape(text: string): string {
  return text.replaceAll('"', '%22').replaceAll('\r', '%0D').replaceAll('\n', '%0A')
}
