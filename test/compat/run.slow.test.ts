import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync, realpathSync, symlinkSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { beforeAll, describe, expect, it } from 'vitest'
import { buildAdapter, buildLocalAlb } from '../../scripts/build.mjs'
import { createFolder } from '../helpers/folder.js'

const root = fileURLToPath(new URL('../../', import.meta.url))
const RUN_DEADLINE_MS = 120_000

/** Drops one field of a result: what it does wrong, the reference does not. */
const WRONG_ADAPTER = `
  import { createHandler as right } from ${JSON.stringify(
    pathToFileURL(join(root, 'packages/adapter/dist/esm/index.js')).href,
  )}
  export function createHandler(listener, options) {
    const handler = right(listener, options)
    return async (event, context) => {
      const result = await handler(event, context)
      for (const fields of [result.headers, result.multiValueHeaders]) delete fields?.['x-planted']
      return result
    }
  }
`

/** Five tests, by what they need: nothing, a right adapter, no load balancer, luck with ours, an installed package. */
const SUITE = (imports: string): string => `
  ${imports}
  const assert = require('node:assert')
  const fs = require('node:fs')
  const http = require('node:http')

  async function ask(headers = {}) {
    const server = http.createServer((req, res) => {
      res.setHeader('x-planted', 'yes')
      res.end(JSON.stringify({ url: req.url, alb: 'x-forwarded-for' in req.headers }))
    }).listen(0)
    const { port } = server.address()
    const res = await fetch('http://127.0.0.1:' + port + '/path?a=1', { headers })
    const body = JSON.parse(Buffer.from(await res.arrayBuffer()).toString())
    await new Promise((resolve) => server.close(resolve))
    return { res, body }
  }

  describe('an app', () => {
    it('gets its URL', async () => assert.equal((await ask()).body.url, '/path?a=1'))
    it('sends the planted field', async () => assert.equal((await ask()).res.headers.get('x-planted'), 'yes'))
    it('stands alone', async () => assert.equal((await ask()).body.alb, false))
    it('is lucky the second time', async () => {
      const mark = __dirname + '/../tried-' + process.env.LOCAL_ALB_MODE
      const first = (process.env.LOCAL_ALB_ADAPTER ?? '').endsWith('adapter.mjs') && !fs.existsSync(mark)
      await ask()
      if (first) { fs.writeFileSync(mark, ''); assert.fail('no luck') }
    })
    it.skip('is left out', () => assert.fail('it was run'))
  })
`

interface Ran {
  readonly code: number | null
  readonly stdout: string
  readonly stderr: string
}

async function compat(args: readonly string[]): Promise<Ran> {
  const child = spawn(process.execPath, [join(root, 'bench/compat/run.mjs'), ...args], {
    stdio: ['ignore', 'pipe', 'pipe'],
    timeout: RUN_DEADLINE_MS - 5000,
  })
  const [[code], stdout, stderr] = await Promise.all([
    once(child, 'exit') as Promise<[number | null]>,
    child.stdout.toArray(),
    child.stderr.toArray(),
  ])
  return { code, stdout: stdout.join(''), stderr: stderr.join('') }
}

/** A made-up suite in a folder that looks like a clone of the package. */
function createSuite(
  manifest: object,
  files: Readonly<Record<string, string>>,
  runner?: string,
): string {
  const folder = createFolder({
    'package.json': JSON.stringify(manifest),
    'node_modules/.keep': '',
    'adapter.mjs': WRONG_ADAPTER,
    ...files,
  })
  if (runner !== undefined) {
    const installed = realpathSync(join(root, 'node_modules', runner))
    symlinkSync(installed, join(folder, 'node_modules', runner), 'junction')
  }
  return folder
}

const cases = [
  {
    name: 'send',
    runner: 'mocha',
    create: () =>
      createSuite({ name: 'send', version: '9.0.0' }, { 'test/app.js': SUITE('') }, 'mocha'),
    title: 'test/app.js › an app',
  },
  {
    name: 'koa',
    runner: 'node:test',
    create: () =>
      createSuite(
        { name: 'koa', version: '9.0.0' },
        { '__tests__/app.test.js': SUITE(`const { describe, it } = require('node:test')`) },
      ),
    title: '__tests__/app.test.js › an app ›',
  },
  {
    name: 'nest',
    runner: 'vitest',
    create: () =>
      createSuite(
        { name: '@nestjs/core', version: '9.0.0' },
        {
          'vitest.config.integration.mts': `export default { test: { globals: true, include: ['integration/**/*.spec.ts'] } }`,
          'integration/cors/app.spec.ts': SUITE(
            `import { createRequire } from 'node:module'
             const require = createRequire(import.meta.url)
             const __dirname = import.meta.dirname`,
          ),
        },
        'vitest',
      ),
    title: 'integration/cors/app.spec.ts › an app >',
  },
]

beforeAll(async () => {
  await buildAdapter()
  await buildLocalAlb()
}, RUN_DEADLINE_MS)

describe.each(cases)('a suite of $runner', { timeout: RUN_DEADLINE_MS }, (suite) => {
  it('fails with an adapter that does what the reference does not, and names the test', async () => {
    const folder = suite.create()
    const figures = join(folder, 'figures.json')
    const { code, stdout, stderr } = await compat([
      '--suite',
      suite.name,
      '--from',
      folder,
      '--json',
      figures,
      '--adapter',
      join(folder, 'adapter.mjs'),
      '--plain',
    ])
    expect({ code, stderr: stderr.includes('again') }, stderr).toEqual({ code: 1, stderr: true })
    const { verdicts } = JSON.parse(readFileSync(figures, 'utf8')) as {
      verdicts: { plain: object; modes: Record<string, unknown>[] }[]
    }
    expect(verdicts[0]?.plain).toMatchObject({ pass: 4, fail: 0, skip: 1 })
    expect(verdicts[0]?.modes).toMatchObject(
      ['single', 'multi'].map((mode) => ({
        mode,
        ours: { pass: 1, fail: 3, requests: 4 },
        reference: { pass: 3, fail: 1, requests: 4 },
        onlyReference: [{ name: `${suite.title} sends the planted field` }],
        onlyOurs: [],
        flaky: [{ name: `${suite.title} is lucky the second time` }],
        onlyPlain: [{ name: `${suite.title} stands alone` }],
      })),
    )
    expect(stdout).toContain('single: 1 test passes with the reference only')
    expect(stdout).toContain(`${suite.title} sends the planted field`)
  })

  it('passes with express-alb, in one mode and with some of the tests', async () => {
    const folder = suite.create()
    const { code, stdout, stderr } = await compat([
      '--suite',
      suite.name,
      '--from',
      folder,
      '--mode',
      'multi',
      '--grep',
      'planted',
      '--kind',
    ])
    expect(code, stderr).toBe(0)
    expect(stdout).toContain('kind settings\n')
    expect(stdout).toMatch(/ plain +1 passing\n +multi, express-alb +1 passing\n/)
    expect(stdout).not.toContain('single')
  })
})

describe('a run', { timeout: RUN_DEADLINE_MS }, () => {
  it('says what is wrong before anything is run', async () => {
    const folder = createSuite({ name: 'send' }, {})
    expect(await compat(['--suite', 'koa', '--from', folder])).toEqual({
      code: 1,
      stdout: '',
      stderr: `compat: --from ${folder}: that is the package send, suite send, not the package "koa" (a clone of koajs/koa) for --suite koa\n`,
    })
    expect(await compat([])).toMatchObject({
      code: 1,
      stderr: 'compat: Nothing to run: give --suite and --from, or --all; --help says more\n',
    })
  })

  it('is bad when it has to be ended', async () => {
    const hang = `it('hangs', function (done) { this.timeout(0) })`
    const works = `it('works', () => undefined)`
    const folder = createSuite(
      { name: 'send', version: '9.0.0' },
      { 'test/app.js': works, 'test/hang.js': hang },
      'mocha',
    )
    const { code, stdout } = await compat([
      '--suite',
      'send',
      '--from',
      folder,
      '--limit',
      '5',
      '--mode',
      'single',
    ])
    expect(code).toBe(1)
    expect(stdout).toContain('1 passing  did not finish: ended after 5 s (--limit)\n')
  })

  it('shows why when no test was run', async () => {
    const files = { 'test/app.js': `throw new Error('broken by its own')` }
    const folder = createSuite({ name: 'send', version: '9.0.0' }, files, 'mocha')
    const { code, stderr } = await compat(['--suite', 'send', '--from', folder])
    expect(code).toBe(1)
    expect(stderr).toMatch(/compat: send: no test was run \(exit code \d+\)\n[^]*broken by its own/)
  })
})
