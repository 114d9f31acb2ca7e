import { existsSync, realpathSync } from 'node:fs'
import { createRequire, syncBuiltinESMExports } from 'node:module'
import { tmpdir } from 'node:os'
import { resolve, sep } from 'node:path'
import { fileURLToPath } from 'node:url'
import { callStack, ownSite, packageOn } from './call-site.js'
import { observe } from './on-call.js'
import type { ProbeSettings } from './report.js'
import { servedRequest } from './served-request.js'
import { WRITING, type WritingCall } from './writing-calls.js'

/** Looks at writes that the read-only file system of a function would refuse. */
export function probeFiles(settings: ProbeSettings): void {
  const require = createRequire(import.meta.url)
  const fs = require('node:fs') as Record<string, unknown>
  const promises = require('node:fs/promises') as object
  const allowed = writableFolders()
  for (const [name, call] of Object.entries(WRITING)) {
    for (const [module, member] of [
      [fs, name],
      [fs, `${name}Sync`],
      [promises, name],
    ] as const) {
      observe(module, member, (args) => {
        look(name, call, args, allowed, settings)
      })
    }
  }
  syncBuiltinESMExports()
}

function look(
  name: string,
  { path: index, isWriting }: WritingCall,
  args: readonly unknown[],
  allowed: readonly string[],
  { report, scope }: ProbeSettings,
): void {
  if (scope === 'tests' && servedRequest.getStore() === undefined) return
  if (isWriting?.(args) === false) return
  const path = toPath(args[index])
  if (path === undefined || isAllowed(path, allowed)) return
  // A folder that is there already is made nowhere: EEXIST comes before EROFS.
  if (name === 'mkdir' && existsSync(path)) return
  const stack = callStack()
  const own = ownSite(stack)
  const by = packageOn(stack)
  if (own === undefined && (scope === 'tests' || by === undefined)) return
  const what = `${by === undefined ? name : `${by} (${name})`} writes to ${show(path)}`
  report({ kind: 'write', what, ...(own ?? { package: by }) })
}

/** As the app says it: the folder of the project is nobody's business in a report. */
function show(path: string): string {
  const folder = process.cwd() + sep
  return path.startsWith(folder) ? path.slice(folder.length) : path
}

function toPath(given: unknown): string | undefined {
  if (given instanceof URL) return given.protocol === 'file:' ? fileURLToPath(given) : undefined
  // A number is an open file.
  if (typeof given === 'string') return resolve(given)
  return given instanceof Uint8Array ? resolve(Buffer.from(given).toString()) : undefined
}

/**
 * Whether a function could write there too. A project may itself lie below /tmp, as a checkout in CI does; its own folder
 * is read-only in a function all the same, less what is temporary within it.
 */
function isAllowed(path: string, allowed: readonly string[]): boolean {
  const project = process.cwd()
  const folders = isWithin(path, project)
    ? allowed.filter((folder) => isWithin(folder, project))
    : allowed
  return folders.some((folder) => isWithin(path, folder))
}

function isWithin(path: string, folder: string): boolean {
  return path === folder || path.startsWith(folder + sep)
}

/** Folders that are writable in a function as well, whatever they are called here. */
function writableFolders(): string[] {
  const folders = [tmpdir(), '/tmp', '/dev', '/proc'].map((folder) => resolve(folder))
  return [
    ...new Set([...folders, ...folders.filter(existsSync).map((folder) => realpathSync(folder))]),
  ]
}
