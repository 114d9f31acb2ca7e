// A small Lambda runtime: fetches events from the Runtime API, calls the handler, posts what it returns. It stands in
// where aws-lambda-ric is not installed, and does what that does in version 4: handlers return their result or a promise
// of it, errors carry the same types, an unhandled rejection or exception ends the process.
import { createRequire } from 'node:module'
import { logError, patchConsole, setRequestId } from './console.mjs'
import { named, toErrorBody } from './errors.mjs'
import { loadHandler } from './load-handler.mjs'

const require = createRequire(import.meta.url)
const client = /** @type {typeof import('./rapid-client.cjs')} */ (require('./rapid-client.cjs'))

patchConsole()
refuseStreaming()

const handler = await initialise()
for (;;) {
  const { bodyJson, headers } = await client.next()
  await invoke(bodyJson, headers)
}

async function initialise() {
  try {
    return await loadHandler(
      process.env['LAMBDA_TASK_ROOT'] ?? process.cwd(),
      process.env['_HANDLER'] ?? '',
    )
  } catch (error) {
    logError('Init Error', error)
    const body = toErrorBody(error)
    await client.initError(body.errorType, JSON.stringify(body))
    throw error
  }
}

/**
 * @param {string} eventJson
 * @param {Awaited<ReturnType<typeof client.next>>['headers']} headers
 */
async function invoke(eventJson, headers) {
  const id = headers['lambda-runtime-aws-request-id']
  const traceId = headers['lambda-runtime-trace-id']
  const deadline = headers['lambda-runtime-deadline-ms']
  setRequestId(id)
  process.env['_X_AMZN_TRACE_ID'] = traceId
  const context = {
    clientContext: undefined,
    identity: undefined,
    invokedFunctionArn: headers['lambda-runtime-invoked-function-arn'],
    awsRequestId: id,
    tenantId: undefined,
    xRayTraceId: traceId,
    getRemainingTimeInMillis: () => deadline - Date.now(),
    functionName: process.env['AWS_LAMBDA_FUNCTION_NAME'],
    functionVersion: process.env['AWS_LAMBDA_FUNCTION_VERSION'],
    memoryLimitInMB: process.env['AWS_LAMBDA_FUNCTION_MEMORY_SIZE'],
    logGroupName: process.env['AWS_LAMBDA_LOG_GROUP_NAME'],
    logStreamName: process.env['AWS_LAMBDA_LOG_STREAM_NAME'],
  }
  try {
    const result = await handler(JSON.parse(eventJson), context)
    client.done(id, toJson(result))
  } catch (error) {
    logError('Invoke Error', error)
    client.error(id, JSON.stringify(toErrorBody(error)), '')
  }
}

/**
 * @param {unknown} result
 * @returns {string}
 */
function toJson(result) {
  try {
    return JSON.stringify(result === undefined ? null : result)
  } catch {
    throw named('Runtime.JSONStringifyError', 'Unable to stringify response body')
  }
}

function refuseStreaming() {
  const globals = /** @type {{ awslambda?: object }} */ (/** @type {unknown} */ (globalThis))
  globals.awslambda = {
    streamifyResponse() {
      throw new Error(
        'A load balancer cannot take a streamed response. Export a handler that returns its result.',
      )
    },
  }
}
