/**
 * `NODE_OPTIONS` with one more module to import before all others. What is there already stays, in front.
 *
 * @param url a `file:` URL: it holds neither spaces nor quotes nor backslashes, so it needs no quoting, on Windows either
 */
export function withImport(nodeOptions: string | undefined, url: string): string {
  const option = `--import=${url}`
  const given = nodeOptions?.trim() ?? ''
  if (given.split(/\s+/).includes(option)) return given
  return `${given} ${option}`.trim()
}
