import { ServerlessAdapter } from '@h4ad/serverless-adapter'
import { AlbAdapter } from '@h4ad/serverless-adapter/adapters/aws'
import { ExpressFramework } from '@h4ad/serverless-adapter/frameworks/express'
import { DefaultHandler } from '@h4ad/serverless-adapter/handlers/default'
import { PromiseResolver } from '@h4ad/serverless-adapter/resolvers/promise'
import { isBinary as isBinaryType } from './is-binary.mjs'

/** @type {import('./index.mjs').Adapter['create']} */
export function create(listener, _entry, { isBinary = isBinaryType } = {}) {
  const builder = ServerlessAdapter.new(listener)
    // It calls app(req, res) and nothing else, so it serves a bare listener as well.
    .setFramework(new ExpressFramework())
    .setHandler(new DefaultHandler())
    .setResolver(new PromiseResolver())
    .setBinarySettings({ isBinary })
    .addAdapter(new AlbAdapter())
  const handler = /** @type {import('./index.mjs').Handler} */ (builder.build())
  // It takes a callback as well, and AWS's runtime for Node 24 refuses handlers that declare one.
  return (event, context) => handler(event, context)
}
