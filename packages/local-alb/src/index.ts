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
export type { ReplayOptions } from './load-balancer.js'
export type * from './message.js'
export type { AlbOptions } from './options.js'
export { readConfiguration, type Configuration } from './rules/configuration.js'
export type * from './rules/definition.js'
export type { FunctionError } from './runtime-api/function-error.js'
export { createFunction } from './runtime-api/function.js'
export type { FunctionOptions } from './runtime-api/options.js'
export type { AlbTarget } from './targets/alb-target.js'
export type { TargetHealth } from './targets/health-checks.js'
export {
  createInProcessFunction,
  type Handler,
  type InProcessOptions,
  type LambdaContext,
} from './targets/in-process.js'
export type * from './targets/lambda-function.js'
export type { TargetGroup, TargetState } from './targets/target-group.js'
export type { ForwardedRequest, Target, TargetReport } from './targets/target.js'
