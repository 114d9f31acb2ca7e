import type { HeaderField } from '../message.js'
import type { Settings } from '../options.js'

/**
 * The parameters of a query, as an ALB splits it: at every `&`, then at the first `=`. Nothing is decoded, neither names
 * nor values: "the query parameters are URL-encoded if the client did so" (ALB user guide, "Lambda functions as
 * targets"). Empty pieces, as in `a&&b`, are skipped; `a` and `a=` become the same.
 */
export function splitQuery(
  query: string | undefined,
  settings: Pick<Settings, 'emptyQueryKeys'>,
): HeaderField[] {
  if (query === undefined || query === '') return []
  const parameters: HeaderField[] = []
  for (const piece of query.split('&')) {
    if (piece === '') continue
    const equals = piece.indexOf('=')
    const name = equals === -1 ? piece : piece.slice(0, equals)
    if (name === '' && settings.emptyQueryKeys === 'drop') continue
    parameters.push([name, equals === -1 ? '' : piece.slice(equals + 1)])
  }
  return parameters
}
