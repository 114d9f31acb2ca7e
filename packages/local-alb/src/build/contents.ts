import { statSync } from 'node:fs'
import { resolve } from 'node:path'
import { BUNDLE_NAME } from '../bundle/bundle-request.js'
import type { FunctionFiles } from '../bundle/function-files.js'

/** A part of what is deployed. */
export interface Part {
  /** A package with its version, `the function's own code`, or an asset's folder. */
  readonly name: string
  /** In the deployed folder, unzipped. */
  readonly bytes: number
  readonly kind: 'bundled' | 'copied' | 'asset' | 'source map'
}

/** What is deployed, the largest part first. */
export function contentsOf({ files, metafile, places }: FunctionFiles): readonly Part[] {
  const parts = new Map<string, Part>()
  const add = (name: string, kind: Part['kind'], bytes: number): void => {
    const key = `${kind} ${name}`
    parts.set(key, { name, kind, bytes: (parts.get(key)?.bytes ?? 0) + bytes })
  }
  for (const { inputs } of Object.values(metafile.outputs)) {
    for (const [input, { bytesInOutput }] of Object.entries(inputs)) {
      const place = placeOfInput(input)
      add(packageIn(place) ?? 'own code', 'bundled', bytesInOutput)
    }
  }
  for (const [path, source] of files) {
    if (path === BUNDLE_NAME) continue
    const bytes = typeof source === 'string' ? statSync(source).size : source.length
    if (path === `${BUNDLE_NAME}.map`) add('source map', 'source map', bytes)
    else {
      const name = packageIn(path)
      if (name === undefined) add(path.split('/').slice(0, -1).join('/') || path, 'asset', bytes)
      else add(name, 'copied', bytes)
    }
  }
  return [...parts.values()].toSorted((a, b) => b.bytes - a.bytes || (a.name < b.name ? -1 : 1))

  function placeOfInput(input: string): string {
    // A plugin's own module: `local-alb-kept:sharp`.
    return /^[\w-]+:/.test(input) ? 'src' : places.placeOf(resolve(places.root, input))
  }
}

function packageIn(place: string): string | undefined {
  return /^node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(place)?.[1]
}
