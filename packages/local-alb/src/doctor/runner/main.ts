/** The process in which the doctor loads an app and asks it for its routes. */
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { pathToFileURL } from 'node:url'
import { RecordWriter } from '../../register/records.js'
import { ignoreFolder } from '../probes/call-site.js'
import { installProbes } from '../probes/install.js'
import { probeNative } from '../probes/native.js'
import type { ProbeSettings } from '../probes/report.js'
import { serveRequest } from '../probes/serve-request.js'
import { listenUnseen } from '../probes/servers.js'
import { routeSite, type ServedRequest } from '../probes/served-request.js'
import { reportTimers } from '../probes/timers.js'
import { probeTrustProxy, requestPrototypeOf } from '../probes/trust-proxy.js'
import { ask } from './ask.js'
import { chooseRequests } from './choose-requests.js'
import type { FoundApp } from './find-app.js'
import { loadApp } from './load-app.js'
import { type AskedRequest, DOCTOR_RECORDS, type DoctorRecord, type RunRequest } from './records.js'
import { getRoutesOf } from './routes.js'

/** What the app begins as it is loaded may need a moment. */
const SETTLE_MS = 300

const { run, folder } = takeEnvironment()
const writer = new RecordWriter<DoctorRecord>(folder, DOCTOR_RECORDS)
const write = (record: DoctorRecord): void => {
  writer.add(record)
}

function takeEnvironment(): { readonly run: RunRequest; readonly folder: string } {
  const text = process.env['LOCAL_ALB_DOCTOR_RUN'] ?? ''
  // The app is not to find traces of this, nor are processes that it starts.
  delete process.env['LOCAL_ALB_DOCTOR_RUN']
  return JSON.parse(text) as { run: RunRequest; folder: string }
}

process.on('uncaughtExceptionMonitor', (error, origin) => {
  const what = origin === 'unhandledRejection' ? 'A promise was rejected and nobody looked' : ''
  write({ type: 'failure', message: [what, toText(error)].filter(Boolean).join(': ') })
})

if (run.bundleFolder !== undefined) ignoreFolder(run.bundleFolder)
const settings = installProbes({
  scope: 'app',
  report: (observation) => {
    write({ type: 'observation', observation })
  },
})
probeNative((file, site) => {
  write({ type: 'native', file, site })
})

try {
  const app = await loadApp(pathToFileURL(run.file).href, run.exportName)
  await askAll(app, settings)
} catch (error) {
  write({ type: 'failure', message: toText(error) })
}
await wait(SETTLE_MS)
reportTimers(settings)
write({ type: 'done' })
process.exit(0)

async function askAll(found: FoundApp, probes: ProbeSettings): Promise<void> {
  const { app, name, listener } = found
  const prototype = requestPrototypeOf(app)
  if (prototype !== undefined) probeTrustProxy(prototype, probes.report)
  write({ type: 'app', name, trustsNoProxy: trustsNoProxy(app) })

  let served: ServedRequest | undefined
  const server = createServer((req, res) => {
    served = serveRequest(req, res, probes.report, () => {
      listener(req, res)
    })
  })
  await new Promise<void>((resolve) => {
    listenUnseen(server, resolve)
  })
  const { port } = server.address() as AddressInfo
  for (const request of requestsFor(app)) {
    served = undefined
    await askOne(request, port, () => served, probes)
  }
}

function requestsFor(app: unknown): readonly AskedRequest[] {
  if (run.requests !== undefined) return run.requests
  const { requests, leftOut } = chooseRequests(getRoutesOf(app))
  for (const { request, why } of leftOut) write({ type: 'left-out', request, why })
  return requests
}

async function askOne(
  request: AskedRequest,
  port: number,
  servedNow: () => ServedRequest | undefined,
  { report }: ProbeSettings,
): Promise<void> {
  const label = `${request.method} ${request.target}`
  const ending = ask(request, port, run.patienceMs, () => {
    servedNow()?.giveUp()
  })
  const { kind, ...rest } = await ending
  const served = servedNow()
  if (kind === 'open' && served?.isEventStream !== true) {
    const what = `${label} has no end after ${run.patienceMs / 1000} s`
    report({
      kind: 'open-response',
      what,
      ...(served && routeSite(served)),
    })
  }
  write({ type: 'asked', request: label, status: 'status' in rest ? rest.status : undefined })
  if (kind === 'answered') await served?.lookedAt
}

/** Whether it is an Express app without `trust proxy`. */
function trustsNoProxy(app: unknown): boolean {
  if (requestPrototypeOf(app) === undefined) return false
  const { get } = app as { readonly get: (name: string) => unknown }
  const setting = get.call(app, 'trust proxy')
  return setting === undefined || setting === false || setting === 0
}

function toText(error: unknown): string {
  return error instanceof Error ? (error.stack ?? error.message) : String(error)
}

function wait(ms: number): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, ms)
  })
}
