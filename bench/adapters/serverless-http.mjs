import serverless from 'serverless-http'
import { isBinary as isBinaryType } from './is-binary.mjs'

/** @type {import('./index.mjs').Adapter['create']} */
export function create(listener, _entry, { isBinary = isBinaryType } = {}) {
  return serverless(listener, { binary: isBinary })
}
