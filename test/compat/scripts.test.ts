import { execFile } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { describe, expect, it } from 'vitest'
import { parseOutcomes, type Outcome } from '../../bench/compat/outcomes.mjs'
import { createFolder } from '../helpers/folder.js'

const runner = fileURLToPath(new URL('../../bench/compat/scripts.mjs', import.meta.url))

/** What the runner says of scripts, by their names. */
async function outcomesOf(
  scripts: Readonly<Record<string, string>>,
  ...options: readonly string[]
): Promise<{ finished: boolean; tests: Record<string, Outcome> }> {
  const folder = createFolder(scripts)
  const file = join(folder, 'outcomes')
  await promisify(execFile)(process.execPath, [runner, ...options, ...Object.keys(scripts)], {
    cwd: folder,
    env: { ...process.env, COMPAT_OUTCOMES: file },
  })
  const { tests, finished } = parseOutcomes(readFileSync(file, 'utf8'), folder)
  return {
    finished,
    tests: Object.fromEntries([...tests.values()].map((test) => [test.title, test])),
  }
}

describe('the runner of scripts', () => {
  it('goes by the exit code, with what was printed for a reason', async () => {
    const { tests, finished } = await outcomesOf({
      'a.js': '',
      'b.js': 'console.log("on standard output"); throw new Error("here")',
      'c.js': 'process.kill(process.pid, "SIGTERM"); setTimeout(() => {}, 1e6)',
      'd.js': 'console.log("1..0 # Skipped: no such thing here")',
      'e.js': 'console.log("1..0 # Skipped: no such thing here"); process.exitCode = 2',
    })
    expect(finished).toBe(true)
    expect(tests).toEqual({
      'a.js': { file: 'a.js', title: 'a.js', state: 'pass' },
      'b.js': expect.objectContaining({
        state: 'fail',
        error: expect.stringMatching(/^exit code 1\non standard output\n[^]*Error: here/) as string,
      }) as Outcome,
      'c.js': expect.objectContaining({ state: 'fail', error: 'SIGTERM\n' }) as Outcome,
      'd.js': expect.objectContaining({ state: 'skip' }) as Outcome,
      'e.js': expect.objectContaining({ state: 'fail' }) as Outcome,
    })
  })

  it.each([
    ['throws', '(req, res) => { require("node:assert").fail("told") }', 'fail'],
    ['rejects', 'async (req, res) => { require("node:assert").fail("told") }', 'fail'],
    ['throws something else', '(req, res) => { throw new Error("told") }', 'pass'],
    ['is right', '(req, res) => { res.end() }', 'pass'],
  ])('loses no assertion of a listener that %s, whoever catches it', async (_, listener, state) => {
    const { tests } = await outcomesOf({
      'a.js': `
        const server = require('node:http').createServer(${listener})
        const caught = async () => server.listeners('request')[0]({}, { end() {} })
        caught().then(() => process.exit(), () => process.exit(0))`,
    })
    expect(tests).toEqual({ 'a.js': expect.objectContaining({ state }) as Outcome })
    expect(tests['a.js']?.error ?? 'told').toMatch('told')
  })

  it('ends a script that does not end, with all that it started', async () => {
    const { tests } = await outcomesOf(
      {
        'child.js': 'setInterval(() => {}, 1e6)',
        // While the child lives, the runner's pipe stays open and keeps the runner.
        'parent.js': `
          process.on('SIGTERM', () => {})
          const stdio = 'inherit'
          require('node:child_process').spawn(process.execPath, ['child.js'], { stdio })
          console.log('waiting')
          setInterval(() => {}, 1e6)`,
      },
      '--limit=1',
      '--grep=parent',
    )
    expect(tests).toEqual({
      'parent.js': expect.objectContaining({ state: 'fail', error: 'no end\nwaiting' }) as Outcome,
    })
  })

  it('gives Node the flags of the first lines, and each of those at once a number', async () => {
    const { tests } = await outcomesOf({
      'flags.js': `'use strict'
// Flags: --expose-gc --max-http-header-size=1234
gc()
require('node:assert').equal(require('node:http').maxHeaderSize, 1234)`,
      'slot.js': "require('node:assert').match(process.env.TEST_THREAD_ID, /^[0-2]$/)",
    })
    expect(Object.values(tests).map(({ state }) => state)).toEqual(['pass', 'pass'])
  })
})
