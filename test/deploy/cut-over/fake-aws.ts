import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { type Account, createAccount, ruleOf, weightsOf } from './account.js'
import type { Call } from './call.js'
import { answerCloudWatch } from './cloud-watch.js'
import { answerElb, type Failure, isFailure } from './elb.js'
import { parseQuery, toErrorResponse, toResponse } from './query-protocol.js'

/** What goes wrong with a call. */
export type Fault =
  | { readonly kind: 'status'; readonly status: number; readonly code: string }
  /** The connection breaks, before the call has an effect or after it. */
  | { readonly kind: 'reset'; readonly after: boolean }
  /** There is an effect, and an answer that says there was none. */
  | { readonly kind: 'status-after'; readonly status: number; readonly code: string }
  | { readonly kind: 'hang' }

/** AWS's elbv2 and CloudWatch on loopback: the protocols that the SDK speaks, with a state that calls change. */
export interface FakeAws {
  readonly url: string
  readonly account: Account
  readonly calls: Call[]
  /** The weights of every write that had an effect, in order. */
  readonly writes: string[]
  /** Runs before a call has its effect. */
  onCall: (call: Call) => Fault | undefined | void
  /** Runs after a call had its effect, before it is answered. */
  onEffect: (call: Call) => void
  now: () => number
  close: () => Promise<void>
}

export async function startAws(account: Account = createAccount()): Promise<FakeAws> {
  const server = createServer((req, res) => void answer(aws, req, res))
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve)
  })
  const { port } = server.address() as AddressInfo
  const aws: FakeAws = {
    url: `http://127.0.0.1:${port}`,
    account,
    calls: [],
    writes: [],
    onCall: () => undefined,
    onEffect: () => undefined,
    now: () => Date.now(),
    close: () =>
      new Promise((resolve) => {
        server.close(() => {
          resolve()
        })
        server.closeAllConnections()
      }),
  }
  return aws
}

async function answer(aws: FakeAws, req: IncomingMessage, res: ServerResponse): Promise<void> {
  const chunks: Buffer[] = []
  for await (const chunk of req) chunks.push(chunk as Buffer)
  const body = Buffer.concat(chunks).toString()
  const target = req.headers['x-amz-target']
  const isJson = typeof target === 'string'
  const fields = isJson ? (JSON.parse(body) as Record<string, unknown>) : parseQuery(body)
  const { Action, Version: _version, ...parameters } = fields
  const action = isJson ? (target.split('.')[1] ?? '') : String(Action)
  const call: Call = { index: aws.calls.length, action, parameters }
  aws.calls.push(call)

  const fault = aws.onCall(call) ?? undefined
  if (fault?.kind === 'hang') return
  if (fault?.kind === 'reset' && !fault.after) {
    req.socket.destroy()
    return
  }
  if (fault?.kind === 'status') {
    fail(res, isJson, fault)
    return
  }
  const result = isJson
    ? answerCloudWatch(aws.account, call, aws.now())
    : answerElb(aws.account, call)
  if (action === 'ModifyRule' && !isFailure(result)) {
    aws.writes.push(weightsOf(ruleOf(aws.account, String(parameters['RuleArn'])).Actions))
  }
  if (action === 'ModifyListener' && !isFailure(result)) {
    aws.writes.push(weightsOf(aws.account.rules.find(({ IsDefault }) => IsDefault)?.Actions ?? []))
  }
  aws.onEffect(call)
  if (fault?.kind === 'reset') {
    req.socket.destroy()
  } else if (fault?.kind === 'status-after') {
    fail(res, isJson, fault)
  } else if (isFailure(result)) {
    fail(res, isJson, result)
  } else if (isJson) {
    res.setHeader('content-type', 'application/x-amz-json-1.0').end(JSON.stringify(result))
  } else {
    res.setHeader('content-type', 'text/xml').end(toResponse(action, result))
  }
}

function fail(res: ServerResponse, isJson: boolean, { status, code }: Omit<Failure, 'kind'>): void {
  res.statusCode = status
  const message = `${code} as planned`
  if (isJson) {
    res.setHeader('content-type', 'application/x-amz-json-1.0')
    res.end(JSON.stringify({ __type: code, message }))
  } else res.setHeader('content-type', 'text/xml').end(toErrorResponse(code, message))
}
