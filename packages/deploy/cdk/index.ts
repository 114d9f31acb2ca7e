export { AlbFunction } from './alb-function.js'
export { createApp } from './app.js'
export { defaults } from './defaults.js'
export type { AlbFunctionProps, RequiredName, Settings } from './props.js'
