import serverless from 'serverless-http'
import { isBinary } from './is-binary.mjs'

/** @type {import('./index.mjs').Adapter['create']} */
export function create(listener) {
  return serverless(listener, { binary: isBinary })
}
