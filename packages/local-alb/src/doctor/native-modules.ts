import { existsSync } from 'node:fs'
import { binaryFormatOf, whyForeign } from '../bundle/binary-format.js'
import { LAMBDA_GLIBC_MINOR, lambdaSystem, nameOf } from '../bundle/system.js'
import type { Observation } from './finding.js'
import type { Site } from './probes/call-site.js'
import { packageOfFile } from './probes/call-site.js'

/** Where packages keep binaries for several systems: `prebuilds/linux-x64`, `@img/sharp-darwin-arm64`. */
const SYSTEM = /(?:linux(?:musl)?|darwin|win32)-(?:x64|arm64|ia32|arm)/

/** Judges a native module that the app has loaded here. `undefined` when Lambda can load it, or its like. */
export function judgeNative(
  file: string,
  site: Site,
  arch: 'x64' | 'arm64',
): Observation | undefined {
  const system = lambdaSystem(arch)
  const format = readFormat(file)
  const name = packageOfFile(file)
  const shown = name ?? file
  if (format === undefined || hasLikeFor(file, nameOf(system))) return undefined
  const base = { kind: 'native-module', ...site, package: site.package ?? name } as const
  const foreign = whyForeign(format, system)
  if (foreign !== undefined) {
    return {
      ...base,
      what: `${shown} loads a binary for ${foreign}; the function is ${nameOf(system)}`,
    }
  }
  const { glibc } = format
  if (glibc === undefined || Number(glibc.split('.')[1]) <= LAMBDA_GLIBC_MINOR) return undefined
  return {
    ...base,
    what: `${shown} loads a binary that needs glibc ${glibc}; Lambda has 2.${LAMBDA_GLIBC_MINOR}`,
  }
}

function readFormat(file: string): ReturnType<typeof binaryFormatOf> {
  try {
    return binaryFormatOf(file)
  } catch {
    return undefined
  }
}

/** Whether the same is there for the function's system. */
function hasLikeFor(file: string, system: string): boolean {
  const match = SYSTEM.exec(file)
  if (match === null || match[0] === system) return false
  const before = file.slice(0, match.index)
  // Not the file itself: it may have another name there.
  return existsSync(before + system)
}
