import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { once } from 'node:events'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import {
  build,
  BUILD_DEADLINE_MS,
  execArgs,
  RUN_DEADLINE_MS,
  runNode,
  startNode,
} from './processes.js'

const node = process.execPath
const temporary = mkdtempSync(join(tmpdir(), 'local-alb-exec-test-'))

beforeAll(build, BUILD_DEADLINE_MS)
afterAll(() => {
  rmSync(temporary, { recursive: true, force: true })
})

describe.concurrent('local-alb exec', { timeout: RUN_DEADLINE_MS }, () => {
  it('keeps the exit code and the output of the command, and takes none of its options', async () => {
    const script =
      'console.log(process.argv.slice(1).join()); console.error("err"); process.exit(7)'
    const run = await runNode(execArgs([node, '-e', script, '--', '--json', '-m', 'a b']))
    expect(run).toMatchObject({ code: 7, stdout: '--json,-m,a b\n' })
    expect(run.stderr).toBe(
      'err\nlocal-alb: no request went through the load balancer; no server of node:http or node:https got one\n',
    )
  })

  it('tells people what was refused and why', async () => {
    const command = [node, 'probe.mjs', '/who', '/number', '/number']
    const { code, stderr } = await runNode(
      execArgs(command, '-m', '--adapter', './adapters/faulty.mjs'),
    )
    expect(code).toBe(0)
    expect(stderr).toBe(
      [
        'local-alb: 3 requests went through the load balancer (multi-value mode)',
        '  1 answered by the function',
        '  2 refused with 502 LambdaInvalidResponse',
        '      2 × multiValueHeaders["content-length"][0] is the number 22; the ALB takes strings only, so send "22" (GET /number)',
        '',
      ].join('\n'),
    )
  })

  it('counts over all processes that the command starts', async () => {
    const script = `for (const _ of [1, 2]) {
      require('node:child_process').spawnSync(process.execPath, ['one-request.mjs'], { stdio: 'inherit' })
    }`
    const { stderr } = await runNode(execArgs([node, '-e', script]))
    expect(stderr).toContain('2 requests went through the load balancer (single-value mode, 2 proc')
  })

  it('writes the summary into a file, or not at all, and leaves nothing behind', async () => {
    const file = join(temporary, 'summary.json')
    const own = mkdtempSync(join(temporary, 'tmp-'))
    const command = execArgs([node, 'one-request.mjs'])
    const toFile = await runNode(command, { LOCAL_ALB_SUMMARY: file, TMPDIR: own, TEMP: own })
    expect(toFile.stderr).toBe('')
    expect(JSON.parse(readFileSync(file, 'utf8'))).toMatchObject({ requests: 1, answered: 1 })
    const none = await runNode(command, { LOCAL_ALB_SUMMARY: 'none', TMPDIR: own, TEMP: own })
    expect(none).toMatchObject({ code: 0, stderr: '' })
    expect(readdirSync(own)).toEqual([])
  })

  it('keeps the options that Node is given already', async () => {
    const script = 'console.log(process.title, process.env.NODE_OPTIONS)'
    const env = { NODE_OPTIONS: '--title="given before"' }
    const { stdout } = await runNode(execArgs([node, '-e', script]), env)
    expect(stdout).toMatch(/^given before --title="given before" --import=file:\S+register\.js\n$/)
  })

  it.skipIf(process.platform === 'win32')('passes a signal on and waits for the end', async () => {
    const script = `process.on('SIGTERM', () => process.exit(3)); setInterval(() => {}, 1000); console.log('ready')`
    const child = startNode(execArgs([node, '-e', script]))
    const ended = once(child, 'exit')
    await once(child.stdout, 'data')
    child.kill('SIGTERM')
    expect(await ended).toEqual([3, null])
  })

  it.skipIf(process.platform === 'win32')('ends by the signal that ended the command', async () => {
    const run = await runNode(execArgs([node, '-e', 'process.kill(process.pid, "SIGTERM")']))
    expect(run).toMatchObject({ code: null, signal: 'SIGTERM' })
    expect(run.stderr).toContain('no request went through')
  })

  it.skipIf(process.platform === 'win32')('says when there is no such command', async () => {
    const run = await runNode(execArgs(['no-such-command']))
    expect(run.code).toBe(127)
    expect(run.stderr).toBe('local-alb: cannot run "no-such-command": there is no such command\n')
  })

  it('runs nothing without an adapter, and says what to install', async () => {
    const { code, stdout, stderr } = await runNode(execArgs([node, '-p', '"ran"']), {
      LOCAL_ALB_ADAPTER: '',
    })
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' })
    expect(stderr).toMatch(/^local-alb: The adapter "express-alb" .* was not found; install it/)
    expect(stderr).toContain('npm install express-alb')
    expect(stderr.trimEnd().split('\n')).toHaveLength(1)
  })

  it.each([
    [{ LOCAL_ALB_MODE: 'both' }, 'LOCAL_ALB_MODE is "both"; it must be single or multi'],
    [{ LOCAL_ALB_TIMEOUT: '0' }, 'LOCAL_ALB_TIMEOUT is "0"; it must be a number of seconds'],
    [{ LOCAL_ALB_OPTIONS: '{' }, 'LOCAL_ALB_OPTIONS is "{"; it must be JSON'],
    [{ LOCAL_ALB_OPTIONS: '[]' }, 'LOCAL_ALB_OPTIONS is []; it must be a JSON object'],
    [
      { LOCAL_ALB_OPTIONS: '{"xForwardedFor":1}' },
      'LOCAL_ALB_OPTIONS: Option "xForwardedFor" is 1',
    ],
  ])('runs nothing with %j', async (env, message) => {
    const { code, stdout, stderr } = await runNode(execArgs([node, '-p', '"ran"']), env)
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' })
    expect(stderr).toContain(`local-alb: ${message}`)
  })
})
