import type { AskedRequest } from './records.js'

/** What is asked, and what is not, and why not. */
export interface Choice {
  readonly requests: readonly AskedRequest[]
  readonly leftOut: readonly { readonly request: string; readonly why: string }[]
}

const MAX_REQUESTS = 200
/** What Express takes for more than text: parameters, wildcards, options, groups. */
const PATTERN = /[:*?+(){}[\]!]/
/** GETs that a careless app may have made into more than a question. */
const DOUBTFUL =
  /(?:^|[/_-])(?:log-?out|sign-?out|delete|remove|destroy|drop|purge|clear|flush|reset|shutdown|restart|kill|exit|quit|crash|unsubscribe|cancel|send|publish|migrate|seed|cron|jobs?|run|sync|import)(?:$|[/_-])/i

/** `/` and the routes that need no parameter and look harmless. */
export function chooseRequests(paths: readonly string[]): Choice {
  const leftOut: { request: string; why: string }[] = []
  const requests: AskedRequest[] = []
  for (const path of new Set(['/', ...paths])) {
    const request = `GET ${path}`
    if (PATTERN.test(path)) leftOut.push({ request, why: 'it has parameters' })
    else if (DOUBTFUL.test(path))
      leftOut.push({ request, why: 'its name sounds like more than reading' })
    else if (requests.length >= MAX_REQUESTS) leftOut.push({ request, why: 'there are many' })
    else
      requests.push({
        method: 'GET',
        target: path.replaceAll(/[^\x21-\x7E]/gu, encodeURIComponent),
        headers: [],
      })
  }
  return { requests, leftOut }
}
