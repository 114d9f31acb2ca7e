export { toAccessLogLine, type LogIdentity } from './access-log.js'
export { createAlb, type Alb, type AlbEvents, type CreateAlbOptions } from './alb.js'
export { serve } from './commands/serve.js'
export type { Served, ServeOptions, ServeOutput } from './commands/serve-options.js'
export type { Exchange } from './exchange.js'
export {
  createInspector,
  type Inspected,
  type Inspector,
  type InspectorOptions,
  type InspectorSummary,
} from './inspector/inspector.js'
export type * from './message.js'
export type { AlbOptions } from './options.js'
export { readConfiguration, type Configuration } from './rules/configuration.js'
export type * from './rules/definition.js'
export { createFunction } from './runtime-api/function.js'
export type { FunctionOptions } from './runtime-api/options.js'
export type { AlbTarget } from './targets/alb-target.js'
export { createInProcessFunction, type Handler } from './targets/in-process.js'
export type * from './targets/lambda-function.js'
