import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, describe, expect, it } from 'vitest'
import { ADVICE } from '../../../packages/local-alb/src/doctor/advice.js'
import { build, BUILD_DEADLINE_MS } from '../commands/start-command.js'
import { expectedIn, fixtureKinds, FIXTURES, ROOT, runDoctor } from './run-doctor.js'

beforeAll(build, BUILD_DEADLINE_MS)

/** Kinds whose cases are files that no source can hold; they have tests of their own. */
const ELSEWHERE = ['native-module', 'bundle-size']

describe.concurrent('local-alb doctor', () => {
  it('has a planted case, a clean twin and advice for each kind of finding', () => {
    expect([...fixtureKinds(), ...ELSEWHERE].toSorted()).toEqual(Object.keys(ADVICE).toSorted())
    for (const kind of fixtureKinds()) {
      const expected = expectedIn(`${kind}/app.ts`)
      expect(expected.some((finding) => finding.startsWith(`${kind} `))).toBe(true)
      expect(expectedIn(`${kind}/clean.ts`)).toEqual([])
    }
  })

  it('has every kind of finding in its documentation, with the severity', () => {
    const rows = readFileSync(join(ROOT, 'docs/doctor.md'), 'utf8').split('\n')
    for (const { title, severity } of Object.values(ADVICE)) {
      expect(rows).toContainEqual(
        expect.stringMatching(
          new RegExp(`^\\| ${title.replaceAll(/[()]/g, '.')} +\\| ${severity} `),
        ),
      )
    }
  })

  it('finds each planted case at its line, and nothing else', async () => {
    const { code, found, failures, leftOut } = await runDoctor(
      join(FIXTURES, 'all-planted.ts'),
      '--timeout',
      '4',
    )
    const expected = fixtureKinds().flatMap((kind) => expectedIn(`${kind}/app.ts`))
    expect(found.toSorted()).toEqual(expected.toSorted())
    expect(failures).toEqual([])
    expect(leftOut).toEqual([
      { request: 'GET /event-stream/events/:topic', why: 'it has parameters' },
    ])
    expect(code).toBe(1)
  })

  it('finds nothing in their clean twins', async () => {
    const { code, findings, failures, asked } = await runDoctor(join(FIXTURES, 'all-clean.ts'))
    expect(findings).toEqual([])
    expect(failures).toEqual([])
    // `GET /` is asked in any case, and is not there.
    expect(asked.filter(({ status }) => status !== 200)).toEqual([
      { request: 'GET /', status: 404 },
    ])
    expect(asked.length).toBeGreaterThan(10)
    expect(code).toBe(0)
  })

  it('ends with exit code 0 when there is only something to check', async () => {
    const { code, found } = await runDoctor(join(FIXTURES, 'memory-rate-limit/app.ts'))
    expect(found.toSorted()).toEqual(expectedIn('memory-rate-limit/app.ts').toSorted())
    expect(code).toBe(0)
  })
})

describe.concurrent('local-alb doctor raises no false alarm', () => {
  it('about the example service', async () => {
    const run = await runDoctor(join(ROOT, 'packages/examples/service/src/app.ts'))
    expect(run).toMatchObject({ code: 0, findings: [], failures: [], app: 'createApp()' })
    expect(run.asked).toContainEqual({ request: 'GET /health', status: 200 })
    expect(run.filesRead).toBeGreaterThan(15)
  })

  it('about the example hello, which sets several cookies in one response', async () => {
    const app = join(ROOT, 'packages/examples/hello/app.ts')
    const [single, multi] = await Promise.all([runDoctor(app), runDoctor(app, '-m')])
    expect(single).toMatchObject({ code: 0, failures: [] })
    expect(single.findings.map(({ kind, severity }) => [kind, severity])).toEqual([
      ['several-cookies', 'note'],
    ])
    expect(multi).toMatchObject({ code: 0, findings: [], failures: [] })
  })
})
