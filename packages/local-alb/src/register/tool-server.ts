import { fileURLToPath } from 'node:url'

/**
 * Packages whose servers serve a test runner or a build and not the app: they are left as they are. A name ending in
 * `/` stands for all packages of that scope.
 */
const TOOLS: readonly string[] = [
  '@cypress/',
  '@playwright/',
  '@storybook/',
  '@vitest/',
  '@wdio/',
  '@web/',
  'cypress',
  'karma',
  'parcel',
  'playwright',
  'playwright-core',
  'storybook',
  'testcafe',
  'vite',
  'vitest',
  'webpack-dev-server',
]

/** local-alb's own files: its inspector and its Runtime API are servers, too. */
const OWN_FOLDER = fileURLToPath(new URL('..', import.meta.url))

/**
 * Whether the file from which `listen` was called belongs to a tool.
 *
 * Only the caller itself counts. A test's own server has the test runner further down its stack.
 *
 * @param skip names of further packages, files or folders, or several such in a row: `test/stand-ins`
 */
export function isToolFile(file: string, skip: readonly string[]): boolean {
  if (file.startsWith(OWN_FOLDER)) return true
  const path = file.replaceAll('\\', '/')
  const owner = /^.*\/node_modules\/((?:@[^/]+\/)?[^/]+)\//.exec(path)?.[1]
  if (owner !== undefined && TOOLS.some((tool) => matches(owner, tool))) return true
  return skip.some((name) => `/${path}/`.includes(`/${trimSlashes(name)}/`))
}

function trimSlashes(name: string): string {
  return name.replaceAll('\\', '/').replaceAll(/^\/|\/$/g, '')
}

function matches(owner: string, tool: string): boolean {
  return tool.endsWith('/') ? owner.startsWith(tool) : owner === tool
}

/** The file of the code that called `callee`, Node's own code left out; `undefined` when there is none. */
export function callerFile(callee: (...args: never[]) => unknown): string | undefined {
  const file = callSites(callee)
    .map((site) => site.getFileName())
    .find((name) => typeof name === 'string' && name !== '' && !name.startsWith('node:'))
  return file?.startsWith('file:') === true ? fileURLToPath(file) : (file ?? undefined)
}

interface Settable {
  readonly prepareStackTrace?: unknown
  readonly stackTraceLimit: unknown
}

function callSites(callee: (...args: never[]) => unknown): readonly NodeJS.CallSite[] {
  const { prepareStackTrace, stackTraceLimit } = Error as Settable
  const holder: { stack?: unknown } = {}
  try {
    Error.stackTraceLimit = 20
    Error.prepareStackTrace = (_error, sites) => sites
    Error.captureStackTrace(holder, callee)
    return holder.stack as readonly NodeJS.CallSite[]
  } finally {
    Object.assign(Error, { prepareStackTrace, stackTraceLimit })
  }
}
