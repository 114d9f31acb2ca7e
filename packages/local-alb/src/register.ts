/**
 * `node --import local-alb/register`: every server of `node:http` and `node:https` that listens in this process answers
 * as it would as a Lambda function behind an Application Load Balancer. Each request becomes an ALB event, goes through
 * the adapter to the server's own `request` listeners, and the result comes back as the ALB would send it. Node's own
 * parser takes the place of the load balancer's listener, so what it refuses, it refuses in its own way.
 *
 * In processes started from there it works likewise when `NODE_OPTIONS` carries the import, which `local-alb exec` sees
 * to. When the first process ends, it tells how many requests there were and which the load balancer refused, and why,
 * on standard error. Its exit code stays what it was.
 *
 * Environment variables:
 *
 * - `LOCAL_ALB_MODE`: `single` or `multi`, the target group's attribute `lambda.multi_value_headers.enabled`. Default
 *   `single`, as in AWS.
 * - `LOCAL_ALB_ADAPTER`: the module that turns a server into a Lambda handler, as seen from the working folder: a
 *   package, a path or a `file:` URL. It exports `createHandler(listener, options)`. Default `express-alb`.
 * - `LOCAL_ALB_ADAPTER_OPTIONS`: JSON, the second argument of `createHandler`. Default: none.
 * - `LOCAL_ALB_OPTIONS`: JSON, how the load balancer behaves (`AlbOptions`), for example
 *   `{"absoluteLocation":false,"responseHeaderOrder":"keep","resultLimit":10000000}` to look past these limits for a
 *   moment. Default: as AWS does.
 * - `LOCAL_ALB_TIMEOUT`: the function's timeout in seconds, at most 900. A request that the app never answers holds the
 *   process for as long. Default 30.
 * - `LOCAL_ALB_SUMMARY`: `stderr`, `none`, or a file, which gets the summary as JSON. Default `stderr`.
 * - `LOCAL_ALB_SKIP`: comma-separated names of packages, files or folders. A server that code from there listens with is
 *   left alone, for example a stand-in for another service. Servers of vite, vitest, playwright, webpack-dev-server and
 *   other tools, of the adapter, and of `node:http2` are left alone in any case.
 * - `LOCAL_ALB_DOCTOR`: `on` or `off`. With `on`, the summary also tells what the app does while it serves requests that
 *   does not work in a function, such as writing files or going on after the response. Default `off`; `local-alb exec`
 *   sets it to `on`.
 * - `LOCAL_ALB_RECORDS`: for processes among themselves.
 *
 * What is wrong with a variable is told on standard error, and the process ends with exit code 1. An adapter that cannot
 * be had is told there, too; requests then get a 500 with the header `X-Local-Alb-Error`.
 */
import { adapterOrigin } from './register/adapter.js'
import { Front } from './register/front.js'
import { intercept, isIntercepted } from './register/intercept.js'
import { writeToStderr } from './register/report.js'
import { joinRun } from './register/run.js'
import { ServerTargets } from './register/server-targets.js'
import { readSettings } from './register/settings.js'
import { SetupError } from './register/setup-error.js'

async function start(): Promise<void> {
  const settings = readSettings(process.env)
  const folder = process.cwd()
  const { record, observe } = joinRun(settings)
  const watch = observe && (await import('./doctor/watch-servers.js')).watchServers(observe)
  const targets = new ServerTargets(settings, folder, watch)
  const front = new Front(settings.alb, targets, record)
  intercept(front, [...settings.skip, adapterOrigin(settings.adapter, folder)])
}

try {
  if (!isIntercepted()) await start()
} catch (error) {
  if (!(error instanceof SetupError)) throw error
  writeToStderr(`local-alb: ${error.message}\n`)
  process.exit(1)
}
