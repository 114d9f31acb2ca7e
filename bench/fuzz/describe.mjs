// A case in words.

/** @param {import('./cases.mjs').Case} tried */
export function toDescription(tried) {
  const { express, mode, front, settings, stack, routes, onError, listens, requests } = tried
  const chosen = Object.entries(settings).map(([name, value]) => `${name} ${String(value)}`)
  return [
    `Express ${express}, ${mode}-value mode, front ${front}; ${chosen.join(', ')}; listens to ${listens}`,
    ...stack.map((part) => `  ${partText(part)}`),
    ...routes.flatMap(({ path, before, ending }) => [
      `  route ${path}`,
      ...[...before, ending].map((part) => `    ${partText(part)}`),
    ]),
    ...(onError === 'none' ? [] : [`  error handler: ${onError}`]),
    ...requests.map(({ method, path, query, headers, body, chunked }) => {
      const fields = headers.map((field) => field.join(': ')).join(' | ')
      const content = body === 'none' ? '' : `, body: ${body}${chunked ? ', chunked' : ''}`
      return `  > ${method} ${path}${query}${fields && `, ${fields}`}${content}`
    }),
    '',
  ].join('\n')
}

/** @param {import('./part.mjs').Part} part */
function partText({ kind, choice }) {
  return choice === null ? kind : `${kind} ${JSON.stringify(choice)}`
}
