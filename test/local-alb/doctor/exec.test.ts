import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { beforeAll, describe, expect, it } from 'vitest'
import { buildAdapter } from '../../../scripts/build.mjs'
import { build, BUILD_DEADLINE_MS } from '../commands/start-command.js'
import { type Finished, type JsonFinding, inOuterFolder, ROOT, runCli } from './run-doctor.js'

beforeAll(async () => {
  await buildAdapter()
  await build()
}, BUILD_DEADLINE_MS)

const ADAPTER = join(ROOT, 'packages/adapter/dist/esm/index.js')

/** Tests of an app whose POST leaves traces, run by node:test. */
const SUITE = `
import { test } from 'node:test'
import { writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
const require = createRequire(${JSON.stringify(pathToFileURL(join(ROOT, 'package.json')).href)})
const express = require('express')
const session = require('express-session')
const request = require('supertest')

const app = express()
app.use(session({ secret: 'x', resave: false, saveUninitialized: true }))
app.post('/orders', (req, res) => {
  writeFileSync('orders.txt', req.ip)
  res.cookie('one', '1').json({})
  setTimeout(() => console.log('written later'), 300)
})

writeFileSync('beside-requests.txt', '')
test('an order', async () => {
  await request(app).post('/orders').expect(200)
  await new Promise((resolve) => setTimeout(resolve, 600))
})
`

async function execSuite(...options: readonly string[]): Promise<Finished> {
  return inOuterFolder(async (cwd) => {
    writeFileSync(join(cwd, 'orders.test.mjs'), SUITE)
    const command = [process.execPath, '--test', 'orders.test.mjs']
    return runCli(['exec', '--adapter', ADAPTER, ...options, '--', ...command], { cwd })
  })
}

function lineOf(text: string): number {
  return SUITE.split('\n').findIndex((line) => line.includes(text)) + 1
}

describe.concurrent('the summary after local-alb exec', () => {
  it('tells what requests of the tests set off, with file and line', async () => {
    const { code, stderr } = await execSuite('--json')
    expect(code).toBe(0)
    const { requests, findings } = JSON.parse(stderr.trimEnd().split('\n').at(-1) ?? '') as {
      requests: number
      findings: readonly JsonFinding[]
    }
    expect(requests).toBe(1)
    expect(findings.map(({ kind, severity, line }) => [kind, severity, line])).toEqual([
      ['memory-session', 'breaks', undefined],
      ['write', 'breaks', lineOf("writeFileSync('orders.txt'")],
      ['work-after-response', 'check', lineOf('setTimeout(() => console')],
      ['trust-proxy', 'check', lineOf('req.ip')],
      ['several-cookies', 'note', lineOf('res.cookie')],
    ])
  })

  it('has them as text behind the counts of requests', async () => {
    const { stderr } = await execSuite('-m')
    expect(stderr).toContain('1 request went through the load balancer (multi-value mode)')
    expect(stderr).toContain('not the same in a function: 2 break, 2 to check\n')
    expect(stderr).toContain(`orders.test.mjs:${lineOf("writeFileSync('orders.txt'")}:3  writeFile`)
    expect(stderr).toContain('Do: Write what is temporary to os.tmpdir()')
    // In multi-value mode every cookie has its place.
    expect(stderr).not.toContain('Several cookies')
  })

  it('has none of them with --no-doctor', async () => {
    const { code, stderr } = await execSuite('--no-doctor')
    expect(code).toBe(0)
    expect(stderr).toBe(
      'local-alb: 1 request went through the load balancer (single-value mode)\n  1 answered by the function\n',
    )
  })
})
