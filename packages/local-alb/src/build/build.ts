import { createHash } from 'node:crypto'
import { resolve } from 'node:path'
import { readBuildSettings, toRequest } from '../bundle/build-settings.js'
import { BundleError, toBundleError } from '../bundle/bundle-error.js'
import { createBuilder, type FunctionFiles } from '../bundle/function-files.js'
import type { BundleRequest } from '../bundle/bundle-request.js'
import { lambdaSystem, nameOf } from '../bundle/system.js'
import type { BuildFunctionOptions, BuiltFunction } from './build-options.js'
import { whyNoHandler } from './exported-handler.js'
import { whyTooLarge } from './limits.js'
import { nativeModules } from './native-modules.js'
import { checkOut, replaceOut } from './out-folder.js'
import { type Verification, verify } from './verify.js'
import { toWarnings } from './warnings.js'
import { toZip } from './zip.js'

/**
 * Builds a function into a folder and a zip that Lambda takes, and starts it once. When that fails, what the last build
 * has made stays as it was.
 *
 * @throws {BundleError} when it cannot be built; each message names file and line
 * @throws {TypeError} when an option is not right
 */
export async function buildFunction(options: BuildFunctionOptions): Promise<BuiltFunction> {
  const { handler = 'handler', target = 'nodejs22.x', arch = 'x64', out = 'dist/lambda' } = options
  const entry = resolve(options.entry)
  checkOut(out, entry)
  const folder = resolve(out)
  const files = await bundle(toBundleRequest(options, entry))
  const missing = whyNoHandler(files.metafile, handler)
  if (missing !== undefined) throw new BundleError(`${options.entry}: ${missing}`)
  const { bytes, unzippedBytes } = await toZip(files.files)
  const problem = whyTooLarge(unzippedBytes)
  if (problem !== undefined) throw new BundleError(problem)
  const verification =
    options.verify === false
      ? undefined
      : await verifyHere(bytes, files, { ...options, entry, handler, arch })
  if (verification?.kind !== 'failed') await replaceOut(folder, files.files, bytes)
  return {
    folder,
    zip: `${folder}.zip`,
    zipBytes: bytes.length,
    zipSha256: createHash('sha256').update(bytes).digest('base64'),
    unzippedBytes,
    handler: `index.${handler}`,
    runtime: target,
    arch,
    files,
    warnings: toWarnings({ files, zipBytes: bytes.length, target, verification }),
    verification,
  }
}

function toBundleRequest(options: BuildFunctionOptions, entry: string): BundleRequest {
  const { target = 'nodejs22.x', arch = 'x64' } = options
  const settings = readBuildSettings(entry)
  return toRequest(
    entry,
    {
      assets: [...settings.assets, ...(options.assets ?? [])],
      external: [...settings.external, ...(options.external ?? [])],
      keep: [...settings.keep, ...(options.keep ?? [])],
      exclude: [...settings.exclude, ...(options.exclude ?? []).map((path) => resolve(path))],
    },
    {
      system: lambdaSystem(arch),
      target: target.replace('nodejs', 'node').replace('.x', ''),
      sourceNames: 'deployed',
    },
  )
}

async function bundle(request: BundleRequest): Promise<FunctionFiles> {
  const builder = await createBuilder(request)
  try {
    const outcome = await builder.build()
    if (outcome.kind === 'built') return outcome.built
    throw await toBundleError(outcome.errors)
  } finally {
    await builder.close()
  }
}

/** Native modules of another system cannot be loaded by this one. */
async function verifyHere(
  zip: Uint8Array,
  files: FunctionFiles,
  options: BuildFunctionOptions & { readonly handler: string; readonly arch: 'x64' | 'arm64' },
): Promise<Verification> {
  const { entry, handler, arch, env = {}, healthCheck = '/', memory, timeout } = options
  const system = lambdaSystem(arch)
  const native = nativeModules(files)
  if (native.length > 0 && nameOf(system) !== nameOf(process)) {
    const reason = `${native[0] ?? ''} is built for ${nameOf(system)} and this machine is ${nameOf(process)}`
    return { kind: 'skipped', reason }
  }
  return verify(zip, files, { entry, handler, env, healthCheck, memory, timeout })
}
