import { readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, describe, expect, it } from 'vitest'
import { build, BUILD_DEADLINE_MS } from '../commands/start-command.js'
import { type DoctorRun, inOuterFolder, ROOT, runCli, runDoctor } from './run-doctor.js'

beforeAll(build, BUILD_DEADLINE_MS)

const EXPRESS = JSON.stringify(join(ROOT, 'node_modules/express'))
const EXPRESS_4 = JSON.stringify(join(ROOT, 'node_modules/express4'))

/** Runs the doctor on files of a folder of their own, of which the first is the app. */
async function runOn(
  files: Readonly<Record<string, string | Buffer>>,
  ...options: readonly string[]
): Promise<DoctorRun> {
  return inOuterFolder(async (folder) => {
    for (const [name, content] of Object.entries(files)) writeFileSync(join(folder, name), content)
    const [app = ''] = Object.keys(files)
    return runDoctor(join(folder, app), ...options.map((text) => text.replace('{}', folder)))
  })
}

describe.concurrent('local-alb doctor asks', () => {
  it.each([
    ['5', EXPRESS],
    ['4', EXPRESS_4],
  ])(
    'the routes of Express %s, wherever they stand, and nothing that changes things',
    async (_version, express) => {
      const source = `
const express = require(${express})
const app = express()
const asked = (req, res) => { res.json(req.originalUrl) }
const router = express.Router()
router.get('/list', asked).post('/list', asked).get('/:id', asked).delete('/all', asked)
const inner = express.Router()
inner.get(['/a', '/b'], asked)
router.use('/inner', inner)
app.use('/api', router)
const sub = express()
sub.all('/any', asked)
app.use('/sub', sub)
app.get('/logout', asked)
app.get(/expression/, asked)
app.get('/old%20name', asked)
module.exports = app
`
      const { asked, leftOut, findings } = await runOn({ 'app.cjs': source })
      // The package is named after its folder here; routers are found by what they are.
      expect(asked.map(({ request, status }) => [request, status])).toEqual(
        expect.arrayContaining([
          ['GET /', 404],
          ['GET /api/list', 200],
          ['GET /api/inner/a', 200],
          ['GET /api/inner/b', 200],
          ['GET /sub/any', 200],
        ]),
      )
      expect(asked.map(({ request }) => request)).not.toContain('GET /api/all')
      expect(leftOut).toEqual(
        expect.arrayContaining([
          { request: 'GET /api/:id', why: 'it has parameters' },
          { request: 'GET /logout', why: 'its name sounds like more than reading' },
        ]),
      )
      expect(findings).toEqual([])
    },
  )

  it('what it is given instead, safe methods only, with their headers', async () => {
    const source = `import { writeFileSync } from 'node:fs'
export const app = (req, res) => {
  if (req.headers['x-key'] === 'k') writeFileSync(req.method + '.txt', '')
  res.end()
}`
    const list = 'GET /a/1?b=2\n  X-Key: k\nPOST /a\n  X-Key: k\n/plain\n'
    const run = await runOn({ 'app.mjs': source, 'list.txt': list }, '--requests', '{}/list.txt')
    expect(run.asked.map(({ request }) => request)).toEqual(['GET /a/1?b=2', 'GET /plain'])
    expect(run.leftOut).toEqual([{ request: 'POST /a', why: 'its method may change something' }])
    expect(run.findings).toMatchObject([{ kind: 'write', what: 'writeFile writes to GET.txt' }])
  })

  it('as the load balancer would: over HTTPS, for a client elsewhere', async () => {
    const source = `
const express = require(${EXPRESS})
const app = express()
app.set('trust proxy', 1)
app.get('/', (req, res) => { res.sendStatus(req.secure && req.ip === '203.0.113.7' ? 200 : 418) })
module.exports = app
`
    expect((await runOn({ 'app.cjs': source })).asked).toEqual([{ request: 'GET /', status: 200 }])
  })
})

describe.concurrent('local-alb doctor', () => {
  it('tells of native modules by the system that they were built for', async () => {
    const elf = Buffer.alloc(128)
    elf.write('\x7FELF\x02\x01\x01', 'latin1')
    elf.writeUInt16LE(183, 18)
    const source = `try { require('./addon.node') } catch {}\nmodule.exports = (req, res) => { res.end() }`
    const files = { 'app.cjs': source, 'addon.node': elf }
    const [x64, arm64] = await Promise.all([runOn(files), runOn(files, '--arch', 'arm64')])
    expect(x64.findings).toMatchObject([
      {
        kind: 'native-module',
        severity: 'breaks',
        file: expect.stringMatching(/app\.cjs$/),
        line: 1,
      },
    ])
    expect(x64.findings[0]?.what).toContain('for linux-arm64; the function is linux-x64')
    expect(x64.code).toBe(1)
    expect(arm64).toMatchObject({ code: 0, findings: [] })
  })

  it('tells how large an app is when it is large', async () => {
    const source = `export const text = '${'x'.repeat(11_000_000)}'\nexport const app = (req, res) => { res.end() }`
    const { findings, code } = await runOn({ 'app.mjs': source })
    expect(findings).toMatchObject([{ kind: 'bundle-size', severity: 'check' }])
    expect(code).toBe(0)
  })

  it('tells people the place, why it matters and what to do, and leaves nothing behind', async () => {
    await inOuterFolder(async (TMPDIR) => {
      const { code, stdout, stderr } = await runCli(
        ['doctor', 'test/fixtures/doctor/signal/app.ts'],
        { cwd: ROOT, env: { TMPDIR } },
      )
      expect(stdout).toBe(`local-alb doctor test/fixtures/doctor/signal/app.ts
1 source read, 1 request sent to app

NOTE    Waits for a signal to end
        test/fixtures/doctor/signal/app.ts:6:9  Waits for SIGTERM
        Lambda sends no signal before it freezes or ends a function without extensions.
        Do: Keep nothing for the end: finish all of a request before its response. In server.ts the
        listener is right where it is.

1 note.
`)
      expect(stderr).toBe('')
      expect(code).toBe(0)
      expect(readdirSync(TMPDIR)).toEqual([])
    })
  })
})

describe.concurrent('local-alb doctor says why it could not run the app, with exit code 2', () => {
  it.each([
    ['throws', 'app.mjs', `throw new Error('No database')`, /Error: No database[^]*app\.mjs:1:7/],
    [
      'throws',
      'app.ts',
      `\n\nthrow new Error('No database' as string)`,
      /No database[^]*app\.ts:3:7/,
    ],
    [
      'ends the process',
      'app.mjs',
      `console.log('PORT is missing'); process.exit(3)`,
      /exit code 3\)[^]*PORT is missing/,
    ],
    ['exports no app', 'app.mjs', `export const a = 1, b = 2`, /^It exports a, b, and no app/],
    [
      'exports a handler',
      'app.mjs',
      `export const handler = async (event) => ({})`,
      /give the file with the app/,
    ],
    [
      'cannot be parsed',
      'app.ts',
      `export const app = (`,
      /Unexpected end of file[^]*app\.ts:1:20/,
    ],
    [
      'misses a package',
      'app.ts',
      `import a from 'not-installed'\nexport const app = a`,
      /Cannot find package 'not-installed'/,
    ],
  ])('when it %s: %s', async (_how, file, source, message) => {
    const { code, failures, findings } = await runOn({ [file]: source })
    expect(failures[0]).toMatch(message)
    expect(findings).toEqual([])
    expect(code).toBe(2)
  })

  it('and still tells what it read', async () => {
    const source = `import { spawn } from 'node:child_process'\nthrow new Error('No database')\nspawn('git')`
    const { code, found } = await runOn({ 'app.mjs': source })
    expect(found).toEqual([expect.stringMatching(/^child-process .*app\.mjs:3$/)])
    expect(code).toBe(2)
  })

  it.each([
    [['missing.ts'], 'missing.ts: there is no such file in'],
    [['package.json', '--requests', 'missing.har'], 'missing.har'],
  ])('when it is started with %j', async (args, message) => {
    const { code, stdout, stderr } = await runCli(['doctor', ...args], { cwd: ROOT })
    expect(stderr).toContain(message)
    expect(stderr.trimEnd().split('\n')).toHaveLength(1)
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' })
  })
})
