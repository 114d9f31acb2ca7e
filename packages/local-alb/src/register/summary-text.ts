import type { RefusalCount, Summary } from './summary.js'

/** How many different causes are told of one kind of refusal. */
const CAUSES_SHOWN = 5

/**
 * The summary for people:
 *
 *     local-alb: 120 requests went through the load balancer (single-value mode, 3 processes)
 *       118 answered by the function
 *         2 refused with 502 LambdaInvalidResponse
 *           2 × headers["content-length"] is the number 22; the ALB takes strings only (GET /users)
 */
export function toSummaryText(summary: Summary): string {
  const { requests, processes, mode, answered, abandoned, refused, faults } = summary
  if (requests === 0) {
    return 'local-alb: no request went through the load balancer; no server of node:http or node:https got one\n'
  }
  const width = String(requests).length
  const line = (count: number, text: string): string => `  ${String(count).padStart(width)} ${text}`
  const within = processes === 1 ? '' : `, ${processes} processes`
  return [
    `local-alb: ${requests} ${requests === 1 ? 'request' : 'requests'} went through the load balancer (${mode}-value mode${within})`,
    line(answered, 'answered by the function'),
    ...refused.flatMap((refusal) => [
      line(refusal.count, `refused with ${[refusal.status, refusal.errorReason].join(' ').trim()}`),
      ...toCauseLines(refusal, width),
    ]),
    ...(abandoned > 0 ? [line(abandoned, 'left by the client before the answer (460)')] : []),
    ...faults.map(({ message, count }) =>
      line(count, `not served, answered with 500, because of local-alb: ${printable(message)}`),
    ),
    '',
  ].join('\n')
}

function toCauseLines({ causes }: RefusalCount, width: number): string[] {
  const indent = ' '.repeat(width + 5)
  const shown = causes
    .slice(0, CAUSES_SHOWN)
    .map(
      ({ count, explanation, example }) =>
        `${indent}${count} × ${printable(explanation)} (${printable(example)})`,
    )
  const hidden = causes.length - shown.length
  return hidden === 0 ? shown : [...shown, `${indent}and ${hidden} other causes`]
}

/** A request must not be able to drive the terminal: control characters show as `\x1b`. */
function printable(text: string): string {
  // oxlint-disable-next-line no-control-regex -- these are the ones to find
  return text.replaceAll(/[\u0000-\u001F\u007F-\u009F]/g, (char) => {
    return `\\x${char.charCodeAt(0).toString(16).padStart(2, '0')}`
  })
}
