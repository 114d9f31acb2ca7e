export {
  createAlbEvent,
  createHealthCheckEvent,
  type AlbEventInit,
  type AlbMode,
  type HealthCheckInit,
} from './testing/event.js'
export { createLambdaContext, type LambdaContextInit } from './testing/context.js'
export { invoke, type InvokeOptions } from './testing/invoke.js'
export type { ClientResponse } from './testing/client-response.js'
