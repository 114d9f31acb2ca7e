import { fileURLToPath } from 'node:url'
import type { Place } from '../finding.js'

/** One call on the stack, local-alb's own left out. */
export interface Frame extends Place {
  /** The function, as far as it has a name: `MemoryStore.init`. */
  readonly name: string
  /** The package that the file belongs to, or `NODE`; `undefined` for the app's own code. */
  readonly package: string | undefined
}

/** All of this package: where source maps are followed its code shows as its sources, beside what is built. */
const LOCAL_ALB = fileURLToPath(new URL('../../..', import.meta.url))
const LINE =
  /^\s+at (?:async )?(?:(.*?) \()?(node:[^()]*?|(?:file:\/\/)?(?:\/|[A-Za-z]:[\\/])[^()]*?):(\d+):(\d+)\)?$/

/** In the place of a package: Node's own code. */
export const NODE = 'node:'

interface Settable {
  stackTraceLimit: number
}

let ignoredFolder: string | undefined

/** Leaves out a folder more: that of the bundle, whose own helpers stand in no source. */
export function ignoreFolder(folder: string): void {
  ignoredFolder = folder
}

/**
 * The calls that led here, the nearest first.
 *
 * It reads the text of the stack: whoever follows source maps in this process (Node with `--enable-source-maps`, a test
 * runner, a loader) has followed them there.
 */
export function callStack(): Frame[] {
  const settable = Error as unknown as Settable
  const limit = settable.stackTraceLimit
  settable.stackTraceLimit = 60
  const { stack } = new Error()
  settable.stackTraceLimit = limit
  // A loader may have put something else in its place.
  return typeof stack === 'string' ? stack.split('\n').flatMap(toFrame) : []
}

function toFrame(line: string): Frame[] {
  const [, name = '', location = '', row = '', column = ''] = LINE.exec(line) ?? []
  if (location === '') return []
  const file = toFile(location)
  if (file === undefined || isIgnored(file)) return []
  return [{ file, line: Number(row), column: Number(column), name, package: packageOfFile(file) }]
}

function toFile(location: string): string | undefined {
  if (!location.startsWith('file:')) return location
  try {
    const url = new URL(location)
    url.search = ''
    url.hash = ''
    return fileURLToPath(url)
  } catch {
    return undefined
  }
}

function isIgnored(file: string): boolean {
  return (
    file.startsWith(LOCAL_ALB) || (ignoredFolder !== undefined && file.startsWith(ignoredFolder))
  )
}

/** The package that an installed file belongs to. */
export function packageOfFile(file: string): string | undefined {
  if (file.startsWith(NODE)) return NODE
  return /^.*[\\/]node_modules[\\/]((?:@[^\\/]+[\\/])?[^\\/]+)[\\/]/s
    .exec(file)?.[1]
    ?.replaceAll('\\', '/')
}

/** Where something happens: in the app's own code, or else the package that does it. */
export interface Site {
  readonly place?: Place | undefined
  readonly package?: string | undefined
}

/** The nearest own call, however many packages are between. */
export function ownSite(stack: readonly Frame[] = callStack()): Site | undefined {
  const own = stack.find((frame) => frame.package === undefined)
  return own && { place: toPlace(own) }
}

/** The very call that was made by the app's own code; `undefined` when a package made it. */
export function directSite(stack: readonly Frame[] = callStack()): Site | undefined {
  const [first] = stack
  return first !== undefined && first.package === undefined ? { place: toPlace(first) } : undefined
}

/** The nearest own call, or else the package that is nearest. */
export function anySite(stack: readonly Frame[] = callStack()): Site {
  return ownSite(stack) ?? { package: packageOn(stack) }
}

/** The package whose code is nearest, when that is nearer than the app's own. */
export function packageOn(stack: readonly Frame[]): string | undefined {
  return stack.find((frame) => frame.package !== NODE)?.package
}

export function toPlace({ file, line, column }: Place): Place {
  return { file, line, column }
}
