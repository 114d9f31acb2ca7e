import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { FunctionSettings } from './options.js'

/** What runs the handler inside of an environment. */
export interface RuntimeClient {
  /** For people: `aws-lambda-ric 4.0.2`, `local-alb`. */
  readonly label: string
  /** Node's arguments that start it. */
  readonly args: readonly string[]
  /** `LAMBDA_RUNTIME_DIR`. */
  readonly folder: string
}

const PACKAGE = 'aws-lambda-ric'

const client = (name: string): string => fileURLToPath(new URL(`./client/${name}`, import.meta.url))

/** @throws {TypeError} when `aws-lambda-ric` is asked for and not installed */
export function findRuntimeClient(settings: FunctionSettings): RuntimeClient {
  const choice = settings.runtimeClient
  if (choice === 'own') return ownClient()
  const places = [process.cwd(), settings.taskRoot, dirname(fileURLToPath(import.meta.url))]
  for (const place of places) {
    const found = findRic(place, settings.handler)
    if (found !== undefined) return found
  }
  if (choice === 'auto') return ownClient()
  throw new TypeError(
    `runtimeClient is 'aws-lambda-ric', which is not installed in ${places[0] ?? ''}. ` +
      `Run npm install --save-dev --ignore-scripts ${PACKAGE}, or choose 'own'.`,
  )
}

function ownClient(): RuntimeClient {
  const file = client('own-client.mjs')
  return { label: 'local-alb', args: [file], folder: dirname(file) }
}

function findRic(place: string, handler: string): RuntimeClient | undefined {
  try {
    const file = createRequire(join(place, 'from-here.js')).resolve(`${PACKAGE}/package.json`)
    // Somebody else's package: its shape is checked by use.
    const manifest = JSON.parse(readFileSync(file, 'utf8')) as Manifest
    const folder = dirname(file)
    return {
      label: `${PACKAGE} ${manifest.version}`,
      // Version 3 takes the handler as an argument, version 4 from _HANDLER.
      args: ['--require', client('ric-preload.cjs'), join(folder, manifest.bin[PACKAGE]), handler],
      folder,
    }
  } catch {
    return undefined
  }
}

interface Manifest {
  readonly version: string
  readonly bin: { readonly [PACKAGE]: string }
}
