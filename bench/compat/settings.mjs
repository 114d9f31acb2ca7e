// What a run is: which way the requests go, and how `local-alb exec` is told so.
import { fileURLToPath } from 'node:url'

/**
 * @typedef {'single' | 'multi'} Mode
 * @typedef {'ours' | 'reference'} Side
 *
 * A way through the load balancer; none of it in the plain run.
 * @typedef {{ mode: Mode, side: Side }} Way
 */

/** @type {readonly Side[]} */
export const SIDES = ['ours', 'reference']

/** local-alb's switches for what is not AWS's own word, or stands in the way of tests only: see docs/compatibility.md. */
export const KIND = {
  defaultContentType: 'none',
  absoluteLocation: false,
  responseHeaderOrder: 'keep',
  xForwardedFor: 'preserve',
  preserveHostHeader: true,
  charsetAware: true,
  oddStatusCode: 'accept',
}

/**
 * The load balancer of a run is on this machine, so that is the address the app sees, as it sees it of the reference's
 * connection.
 */
export const ADAPTER_OPTIONS = '{"peerAddress":"::ffff:127.0.0.1"}'

const REFERENCE = new URL('reference.mjs', import.meta.url).href

/**
 * Options and variables for `local-alb exec`, which takes the requests of a command and of all processes it starts.
 *
 * @param {Way} way
 * @param {{ adapter?: string | undefined, adapterOptions: string, kind: boolean, summary: string }} options
 */
export function throughLoadBalancer({ mode, side }, { adapter, adapterOptions, kind, summary }) {
  const ours = side === 'ours'
  const module = ours ? (adapter ?? import.meta.resolve('express-alb')) : REFERENCE
  return {
    args: [
      fileURLToPath(new URL('bin/local-alb.js', import.meta.resolve('local-alb/package.json'))),
      'exec',
      ...(mode === 'multi' ? ['--multi-value-headers'] : []),
      '--adapter',
      module,
      '--no-doctor',
      '--',
    ],
    env: {
      LOCAL_ALB_SUMMARY: summary,
      ...(ours && { LOCAL_ALB_ADAPTER_OPTIONS: adapterOptions }),
      ...(kind && { LOCAL_ALB_OPTIONS: JSON.stringify(KIND) }),
    },
  }
}

/**
 * The user's environment without what npm, a test runner around us, or a local-alb of the user's put into it.
 *
 * @param {NodeJS.ProcessEnv} env
 */
export function cleanEnvironment(env) {
  const strange =
    /^(?:npm_.*|INIT_CWD|NODE_ENV|NODE_OPTIONS|NODE_TEST_.*|NODE_V8_COVERAGE|VITEST.*|TEST|LOCAL_ALB_.*|FORCE_COLOR)$/
  return Object.fromEntries(Object.entries(env).filter(([name]) => !strange.test(name)))
}

/** As people see it. @param {Way | undefined} way */
export function nameOf(way) {
  if (way === undefined) return 'plain'
  return `${way.mode}, ${way.side === 'ours' ? 'express-alb' : 'reference'}`
}

/** @param {'mocha.cjs' | 'node-test.mjs' | 'vitest.mjs'} name */
export function reporterFile(name) {
  return fileURLToPath(new URL(`reporters/${name}`, import.meta.url))
}
