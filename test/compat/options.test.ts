import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { HELP, readOptions } from '../../bench/compat/options.mjs'
import { cleanEnvironment } from '../../bench/compat/settings.mjs'
import { SUITES } from '../../bench/compat/suites.mjs'
import { createFolder } from '../helpers/folder.js'

describe('the options', () => {
  it('take several suites, each with its folder, and have defaults', () => {
    const options = readOptions(['--suite', 'send', '--from', '/a', '--suite=koa', '--from=/b'])
    expect(options).toMatchObject({
      clones: [
        { name: 'send', folder: '/a' },
        { name: 'koa', folder: '/b' },
      ],
      modes: ['single', 'multi'],
      kind: false,
      retries: 1,
      node: process.execPath,
      adapterOptions: '{"peerAddress":"::ffff:127.0.0.1"}',
      limitSeconds: 1200,
    })
  })

  it('are read as numbers, modes and files', () => {
    const folder = createFolder({ 'adapter.mjs': '' })
    const adapter = join(folder, 'adapter.mjs')
    expect(
      readOptions(['--mode=multi', '--retries=0', '--limit=5', '--kind', `--adapter=${adapter}`]),
    ).toMatchObject({
      modes: ['multi'],
      retries: 0,
      limitSeconds: 5,
      kind: true,
      adapter: `file://${adapter}`,
    })
  })

  it.each([
    [['--suite', 'send'], 'There are 1 --suite and 0 --from; each suite needs its folder'],
    [['--mode', 'all'], '--mode: "all" is not single, multi or both'],
    [['--retries', '1.5'], '--retries: "1.5" is not a whole number of at least 0'],
    [['--retries', ''], '--retries: "" is not a whole number'],
    [['--limit', '0'], '--limit: "0" is not a whole number of at least 1'],
    [['--grep', '('], '--grep: Invalid regular expression'],
    [['--node', '/no/such/node'], '--node: there is no /no/such/node'],
    [['--adapter-options', '{'], '--adapter-options: "{" is not JSON'],
    [['--table', '/no.json'], '--table: there is no /no.json'],
    [['--what'], "Unknown option '--what'"],
  ])('are refused with a reason: %j', (args, message) => {
    expect(() => readOptions(args)).toThrow(message)
  })

  it('are explained, with all suites', () => {
    for (const { name } of SUITES) expect(HELP).toContain(name)
  })
})

describe('the environment of a run', () => {
  it('has nothing of npm, of a test runner around it, or of another local-alb', () => {
    expect(
      cleanEnvironment({
        PATH: '/bin',
        HOME: '/home',
        npm_config_registry: 'x',
        NODE_OPTIONS: '--no-warnings',
        NODE_ENV: 'production',
        NODE_TEST_CONTEXT: 'child-v8',
        VITEST_WORKER_ID: '1',
        LOCAL_ALB_MODE: 'multi',
      }),
    ).toEqual({ PATH: '/bin', HOME: '/home' })
  })
})
