import { type Dirent, readdirSync, readFileSync, statSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { callStack, ownSite } from './call-site.js'
import { probeApplication, probeRoute, probeRouter } from './express.js'
import { type OnLoaded, watchPackages } from './loaded-packages.js'
import { observe, observed } from './on-call.js'
import type { ProbeSettings, Report } from './report.js'
import { fitOf, toMegabytes } from './result-size.js'
import { probeTrustProxy } from './trust-proxy.js'

type Callable = (...args: never[]) => unknown

/** AWS, "Lambda functions as targets": request bodies of at most 1 MB. */
const BODY_LIMIT = 1_048_576
/** Smaller files fit in any case. */
const FILE_LIMIT = 512 * 1024
/** Larger ones are not read to see what compression would make of them. */
const READ_LIMIT = 16 * BODY_LIMIT
const MAX_FILES = 5000

/** Looks at what packages that many apps use are asked to do. */
export function probePackages({ report }: ProbeSettings): void {
  const onFunction =
    (look: (args: readonly unknown[]) => void): OnLoaded =>
    (exports) =>
      typeof exports === 'function' ? observed(exports as Callable, look) : exports
  watchPackages(
    new Map<string, OnLoaded>([
      [
        'router',
        (exports) => {
          probeRouter(exports)
          return exports
        },
      ],
      [
        'body-parser',
        (exports) => {
          for (const name of ['json', 'raw', 'text', 'urlencoded']) {
            observe(exports, name, ([options]) => {
              lookAtBodyLimit(name, options, report)
            })
          }
          return exports
        },
      ],
      [
        'multer',
        onFunction(([options]) => {
          lookAtMulter(options, report)
        }),
      ],
      [
        'serve-static',
        onFunction(([root]) => {
          lookAtFolder(root, report)
        }),
      ],
      [
        'express-session',
        onFunction(([options]) => {
          lookAtSessions(options, report)
        }),
      ],
    ]),
    // It may be installed under another name, such as two versions side by side.
    (exports) => (isExpress(exports) ? () => probeExpress(exports, report) : undefined),
  )
}

function isExpress(exports: object): boolean {
  return (
    typeof exports === 'function' &&
    ['application', 'request', 'Route'].every((name) => name in exports)
  )
}

interface ExpressExports {
  readonly application?: object
  readonly request?: object
  readonly Route?: object
  readonly Router?: object
}

function probeExpress(exports: object, report: Report): unknown {
  const { application, request, Route, Router } = exports as ExpressExports
  // `router` may have been looked at already; then it is the same object, and told once.
  if (Router !== undefined && !routers.has(Router)) probeRouter(Router)
  if (Router !== undefined) routers.add(Router)
  if (Route !== undefined) probeRoute(Route)
  if (application !== undefined) probeApplication(application)
  if (request !== undefined) probeTrustProxy(request, report)
  return exports
}

const routers = new WeakSet<object>()

function lookAtBodyLimit(name: string, options: unknown, report: Report): void {
  const limit = toBytes(Reflect.get(Object(options) as object, 'limit'))
  if (limit === undefined || limit <= BODY_LIMIT) return
  const what = `${name}() takes bodies of up to ${toMegabytes(limit)}`
  report({ kind: 'large-request', what, ...ownSite(callStack()) })
}

function lookAtMulter(options: unknown, report: Report): void {
  const { limits } = Object(options) as { readonly limits?: unknown }
  if (typeof limits === 'function') return
  const { fileSize } = Object(limits) as { readonly fileSize?: unknown }
  if (typeof fileSize === 'number' && fileSize <= BODY_LIMIT) return
  const what =
    typeof fileSize === 'number' && Number.isFinite(fileSize)
      ? `multer takes files of up to ${toMegabytes(fileSize)}`
      : 'multer takes files of any size'
  report({ kind: 'large-request', what, ...ownSite(callStack()) })
}

function lookAtSessions(options: unknown, report: Report): void {
  const { store } = Object(options) as { readonly store?: object }
  const name = store?.constructor.name
  if (store !== undefined && name !== 'MemoryStore') return
  const what = 'express-session keeps sessions in its MemoryStore'
  report({
    kind: 'memory-session',
    what,
    ...(ownSite(callStack()) ?? { package: 'express-session' }),
  })
}

/** Files that a function could not answer with. */
function lookAtFolder(root: unknown, report: Report): void {
  if (typeof root !== 'string') return
  const large = largeFilesIn(resolve(root))
  const [first] = large
  if (first === undefined) return
  const more = large.length === 1 ? '' : ` and ${large.length - 1} more`
  const isCompressible = large.every(({ fit }) => fit === 'compressed')
  report({
    kind: 'large-response',
    what: `Serves files that are too large${isCompressible ? ' unless compressed' : ''}: ${first.name} (${toMegabytes(first.size)})${more}`,
    ...(isCompressible && { severity: 'check' as const }),
    ...ownSite(callStack()),
  })
}

interface LargeFile {
  readonly name: string
  readonly size: number
  readonly fit: 'compressed' | 'never'
}

function largeFilesIn(folder: string): LargeFile[] {
  return entriesIn(folder)
    .slice(0, MAX_FILES)
    .filter((entry) => entry.isFile())
    .flatMap(({ name, parentPath }) => {
      const file = join(parentPath, name)
      const size = statSync(file, { throwIfNoEntry: false })?.size ?? 0
      if (size <= FILE_LIMIT) return []
      const fit = size > READ_LIMIT ? 'never' : fitOf(readFileSync(file), false)
      return fit === 'fits' ? [] : [{ name, size, fit }]
    })
    .toSorted((one, other) => other.size - one.size)
}

function entriesIn(folder: string): Dirent[] {
  try {
    return readdirSync(folder, { withFileTypes: true, recursive: true })
  } catch {
    return []
  }
}

const UNITS: Readonly<Record<string, number>> = { b: 1, kb: 1024, mb: 1024 ** 2, gb: 1024 ** 3 }

/** A limit as body-parser takes it: a number of bytes, or a text such as `5mb`. */
function toBytes(limit: unknown): number | undefined {
  if (typeof limit === 'number') return limit
  if (typeof limit !== 'string') return undefined
  const [, amount, unit = 'b'] = /^([\d.]+)\s*([kmg]?b)?$/i.exec(limit.trim()) ?? []
  return amount === undefined ? undefined : Number(amount) * (UNITS[unit.toLowerCase()] ?? 1)
}
