import type { FunctionFiles } from '../bundle/function-files.js'

/** Paths of the native modules in the deployed folder. */
export function nativeModules({ files }: FunctionFiles): readonly string[] {
  return [...files.keys()].filter((path) => path.endsWith('.node'))
}
