import type { Metafile } from 'esbuild'

/**
 * Why a bundle has no such handler, as far as that is seen without running it; `undefined` when it may have.
 *
 * @param handler the export; dots lead into objects
 */
export function whyNoHandler(metafile: Metafile, handler: string): string | undefined {
  const output = Object.values(metafile.outputs).find(({ entryPoint }) => entryPoint !== undefined)
  const names = output?.exports ?? []
  const [first = ''] = handler.split('.')
  // What a CommonJS module exports is behind its default export, where Lambda looks as well.
  if (names.includes(first) || names.includes('default')) return undefined
  if (names.length === 0) {
    return `it exports nothing; export the handler: export const ${first} = createHandler(app)`
  }
  return `it exports ${names.join(', ')} and no ${first}; export the handler by that name, or name it with --handler ${names[0] ?? ''}`
}
