import type { Message } from 'esbuild'

/** The function could not be bundled; the message has what esbuild says, with file, line and source. */
export class BundleError extends Error {
  override readonly name = 'BundleError'
}

export async function toBundleError(errors: readonly Message[]): Promise<BundleError> {
  const { formatMessages } = await import('esbuild')
  const located = errors.filter(({ location }) => location !== null)
  const texts = [
    ...(await formatMessages(located, { kind: 'error', color: false })),
    // Without a place there is nothing to format.
    ...errors.filter(({ location }) => location === null).map(({ text }) => text),
  ]
  return new BundleError(texts.map((text) => text.trim()).join('\n\n'))
}
