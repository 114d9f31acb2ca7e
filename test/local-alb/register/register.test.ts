import { cpSync, mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { withImport } from '../../../packages/local-alb/src/register/node-options.js'
import {
  build,
  BUILD_DEADLINE_MS,
  type Finished,
  REGISTER,
  RUN_DEADLINE_MS,
  runNode,
} from './processes.js'

interface Answer {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly text: string
}

const IMPORT = `--import=${pathToFileURL(REGISTER).href}`
const temporary = mkdtempSync(join(tmpdir(), 'local-alb-register-test-'))

beforeAll(build, BUILD_DEADLINE_MS)
afterAll(() => {
  rmSync(temporary, { recursive: true, force: true })
})

/** What an app answers to these paths in a process with the preload. */
async function probe(
  paths: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Promise<Finished & { answers: readonly Answer[] }> {
  const run = await runNode([IMPORT, 'probe.mjs', ...paths], env)
  return { ...run, answers: JSON.parse(run.stdout) as Answer[] }
}

describe.concurrent('node --import local-alb/register', { timeout: RUN_DEADLINE_MS }, () => {
  it('tells the summary when the process ends, and keeps its exit code', async () => {
    const own = mkdtempSync(join(temporary, 'tmp-'))
    const run = await runNode([IMPORT, '--test', 'node.suite.mjs'], {
      SUITE_MODE: 'single',
      SUITE_FAILS: 'yes',
      TMPDIR: own,
      TEMP: own,
    })
    expect(run.code).toBe(1)
    expect(run.stdout + run.stderr).toContain(
      'local-alb: 7 requests went through the load balancer (single-value mode)',
    )
    expect(readdirSync(own)).toEqual([])
  })

  it('works through NODE_OPTIONS from a folder with blanks and quotes in its name', async () => {
    const dist = join(temporary, `it's "a" b`, 'dist')
    mkdirSync(dist, { recursive: true })
    cpSync(dirname(REGISTER), dist, { recursive: true })
    const url = pathToFileURL(join(dist, 'register.js')).href
    const run = await runNode(['one-request.mjs'], {
      NODE_OPTIONS: withImport('--title="of mine"', url),
    })
    expect(run.code).toBe(0)
    expect(run.stderr).toContain('local-alb: 1 request went through')
  })

  it('is there once, however often it is imported', async () => {
    const run = await runNode([IMPORT, IMPORT, 'one-request.mjs'], { NODE_OPTIONS: IMPORT })
    expect(run.stderr.match(/went through/g)).toHaveLength(1)
    expect(run.stderr).toContain('local-alb: 1 request went through')
  })

  it('takes its settings from the environment', async () => {
    const aws = await probe(['/moved', '/ip'])
    expect(aws.answers[0]?.headers['location']).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/who$/)
    expect(aws.answers[1]?.text).toBe('10.0.0.2')
    const kind = await probe(['/moved', '/ip'], {
      LOCAL_ALB_OPTIONS: '{"absoluteLocation":false}',
      LOCAL_ALB_ADAPTER_OPTIONS: '{"peerAddress":"10.9.8.7"}',
      LOCAL_ALB_MODE: 'multi',
    })
    expect(kind.answers[0]?.headers['location']).toBe('/who')
    expect(kind.answers[1]?.text).toBe('10.9.8.7')
    expect(kind.stderr).toContain('(multi-value mode)')
  })

  it('leaves a server of the adapter alone', async () => {
    const { answers, stderr } = await probe(['/who', '/who'], {
      LOCAL_ALB_ADAPTER: './adapters/own-server.mjs',
    })
    expect(answers).toMatchObject([{ status: 200 }, { status: 200 }])
    expect(stderr).toMatch(/^local-alb: 2 requests went through/)
  })

  it('gives the function up after its timeout', async () => {
    const { answers, stderr } = await probe(['/who'], {
      LOCAL_ALB_ADAPTER: './adapters/silent.mjs',
      LOCAL_ALB_TIMEOUT: '0.1',
    })
    expect(answers).toMatchObject([{ status: 502 }])
    expect(stderr).toMatch(/1 refused with 502 LambdaUnhandled\n.*timed out after 0\.10 seconds/)
  })

  it.each([
    ['express-alb', /"express-alb" \(seen from .*suites\) was not found; install it with `npm in/],
    ['./adapters/missing.mjs', /"\.\/adapters\/missing\.mjs" .* was not found; install it, or/],
    ['./adapters/nameless.mjs', /nameless\.mjs exports handler; it must export createHandler\(/],
    ['./adapters/callback.mjs', /no handler\. The handler declares 3 parameters/],
  ])('says so when %s is no adapter: as its own fault, once', async (adapter, message) => {
    const { answers, code, stderr } = await probe(['/who', '/who'], { LOCAL_ALB_ADAPTER: adapter })
    const fault = {
      status: 500,
      headers: { 'x-local-alb-error': expect.stringMatching(message) as unknown },
      text: expect.stringMatching(message) as unknown,
    }
    expect(answers).toMatchObject([fault, fault])
    expect(code).toBe(0)
    const [told, ...summary] = stderr.trimEnd().split('\n')
    expect(told).toMatch(message)
    expect(summary).toEqual([
      'local-alb: 2 requests went through the load balancer (single-value mode)',
      '  0 answered by the function',
      expect.stringMatching(/^ {2}2 not served, answered with 500, because of local-alb: /),
    ])
  })

  it('ends the process when a setting is wrong', async () => {
    const run = await runNode([IMPORT, '-p', '"ran"'], { LOCAL_ALB_MODE: 'both' })
    expect(run).toMatchObject({
      code: 1,
      stdout: '',
      stderr: 'local-alb: LOCAL_ALB_MODE is "both"; it must be single or multi\n',
    })
  })
})
