import { createServer } from 'node:http'
import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { mkdirSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, describe, expect, it, onTestFinished } from 'vitest'
import { toMessage } from '../../../packages/local-alb/src/commands/command-error.js'
import { serveCommand } from '../../../packages/local-alb/src/commands/serve-command.js'
import {
  BUILD_DEADLINE_MS,
  build,
  createFolder,
  functionOf,
  runCommand,
  startCommand,
} from './start-command.js'

beforeAll(build, BUILD_DEADLINE_MS)

/** What has to be said. */
type Texts = readonly (string | RegExp)[]

describe('local-alb says what is wrong, what to do, and ends with exit code 1', () => {
  const files = {
    'lambda.mjs': functionOf('"yes"'),
    'load-balancer.json': JSON.stringify({
      rules: [{ Actions: [{ Type: 'forward', TargetGroupName: 'shop' }] }],
      targets: { shop: 'lambda.mjs' },
    }),
    'broken.json': '{ "rules": [ }',
    'wrong.json': JSON.stringify({
      rules: [{ Actions: [{ Type: 'forward', TargetGroupName: 'shop' }] }],
      targets: { store: 'lambda.mjs' },
    }),
  }

  it.each<readonly [when: string, args: readonly string[], texts: Texts]>([
    [
      'without a target',
      [],
      ['local-alb dist/lambda.mjs', 'local-alb http://127.0.0.1:3000', '--help'],
    ],
    [
      'for a file that is not there',
      ['dist/lamda.mjs'],
      ['dist/lamda.mjs: there is no such file', 'Build the function first'],
    ],
    ['for a folder', ['.'], [/^\. is a folder; give the file in it.* lambda\.mjs/]],
    ['for a server without its scheme', ['localhost:3000'], ['http://localhost:3000']],
    ['for a scheme that no target has', ['ftp://localhost'], [/"ftp:\/\/localhost\/?".*http/]],
    ['for a URL with a path', ['http://localhost:3000/app'], ['/app']],
    [
      'for a target beside --config',
      ['lambda.mjs', '--config', 'load-balancer.json'],
      ['--target <group>=lambda.mjs'],
    ],
    [
      'for a configuration that is not there',
      ['-c', 'none.json'],
      ['--config none.json: there is no such file'],
    ],
    ['for a configuration that is no JSON', ['-c', 'broken.json'], ['broken.json', /JSON/]],
    [
      'for a configuration that is not right',
      ['-c', 'wrong.json'],
      ['wrong.json: rules[0].Actions[0].TargetGroupName is "shop"', 'known are "store"'],
    ],
    [
      'for --target without --config',
      ['lambda.mjs', '-t', 'a=lambda.mjs'],
      ['add --config <file>'],
    ],
    [
      'for --target without a group',
      ['-c', 'load-balancer.json', '-t', '=lambda.mjs'],
      ['--target group=target'],
    ],
    [
      'for --target without a target',
      ['-c', 'load-balancer.json', '-t', 'shop'],
      ['--target group=target'],
    ],
    [
      'for --target of a file that is not there',
      ['-c', 'load-balancer.json', '-t', 'shop=none.mjs'],
      ['--target shop=none.mjs: there is no such file'],
    ],
    [
      'for --target of a group that no rule has',
      ['-c', 'load-balancer.json', '-t', 'shpo=lambda.mjs'],
      ['"shpo"', '"shop"'],
    ],
    [
      'for -m beside --config',
      ['-c', 'load-balancer.json', '-m'],
      ['lambda.multi_value_headers.enabled'],
    ],
    [
      'for --health-check beside --config',
      ['-c', 'load-balancer.json', '--health-check', '/'],
      ['HealthCheckPath'],
    ],
    ['for a port that is no number', ['lambda.mjs', '--port', 'http'], ['--port', '0 to 65535']],
    ['for a port that is too high', ['lambda.mjs', '--port', '70000'], ['0 to 65535']],
    ['for a timeout of 0', ['lambda.mjs', '--timeout', '0'], ['--timeout', '1 to 900']],
    ['for too little memory', ['lambda.mjs', '--memory', '64'], ['--memory', '128 to 10240']],
    ['for a concurrency that is no number', ['lambda.mjs', '--concurrency', '1.5'], ['1 to 1000']],
    [
      'for an unknown option',
      ['lambda.mjs', '--multi-value-header'],
      ["unknown option '--multi-value-header'", 'Did you mean --multi-value-headers?'],
    ],
    ['for a second target', ['lambda.mjs', 'lambda.mjs'], ['too many arguments']],
    ['for --set without a value', ['lambda.mjs', '--set', 'xForwardedFor'], ['--set name=value']],
    [
      'for --set with an unknown name',
      ['lambda.mjs', '--set', 'xForwarded=append'],
      ['Unknown option "xForwarded"', 'xForwardedFor'],
    ],
    [
      'for --set with a value that cannot be',
      ['lambda.mjs', '--set', 'xForwardedFor=none'],
      ['"xForwardedFor" is "none"', '"append", "preserve", "remove"'],
    ],
    [
      'for an --access-log that cannot be written',
      ['lambda.mjs', '--port', '0', '--access-log', 'none/log'],
      ['--access-log none/log cannot be written'],
    ],
    [
      'for a host of another machine',
      ['lambda.mjs', '--port', '0', '--host', '203.0.113.1'],
      ['203.0.113.1 is no address of this machine', '--host 127.0.0.1'],
    ],
  ])('%s', async (_when, args, texts) => {
    const message = await refusalOf(args, createFolder(files))
    for (const text of texts) expect(message).toMatch(text)
    // For people: no stack.
    expect(message).not.toMatch(/^\s+at /m)
  })

  it.each<[string, readonly string[], string]>([
    ['by the options', ['lambda.mjs', '--timeout', '0'], 'error: option'],
    ['by the command', ['none.mjs'], 'local-alb: none.mjs: there is no such file'],
    ['by the load balancer', ['ftp://localhost'], 'local-alb: '],
  ])('as a process, whether it is found %s', async (_where, args, text) => {
    const cwd = createFolder(files)
    const { code, stdout, stderr } = await runCommand(args, { cwd })
    expect({ code, stdout, isTold: stderr.startsWith(text) }, stderr).toEqual({
      code: 1,
      stdout: '',
      isTold: true,
    })
  })

  // Node itself reads --env-file as well, in some versions also behind the name of the program.
  it('for an --env-file that is not there', async () => {
    const cwd = createFolder(files)
    const { code, stderr } = await runCommand(['lambda.mjs', '--env-file', 'none.env'], { cwd })
    expect(stderr).toMatch(/none\.env(: not found| cannot be read)/)
    expect(code).not.toBe(0)
  })

  it('for a port in use, with another to try', async () => {
    const port = await usedPort()
    const cwd = createFolder(files)
    const { code, stderr } = await runCommand(['lambda.mjs', '--port', String(port)], { cwd })
    expect(stderr).toBe(
      `local-alb: Port ${port} is in use. Choose another one, such as --port ${port + 1}, or --port 0 for any that is free\n`,
    )
    expect(code).toBe(1)
  })

  it("for the inspector's port in use, and leaves no temporary folder behind", async () => {
    const port = await usedPort()
    const cwd = createFolder({
      'lambda.ts': functionOf('"yes"').replace('event', 'event: unknown'),
    })
    mkdirSync(join(cwd, 'temp'))
    const temp = join(cwd, 'temp')
    const flags = ['--port', '0', '--inspector-port', String(port)]
    const { code, stderr } = await runCommand(['lambda.ts', ...flags], {
      cwd,
      env: { TMPDIR: temp, TEMP: temp, TMP: temp },
    })
    expect(stderr).toContain(`Port ${port} is in use. Choose another one with --inspector-port`)
    expect(code).toBe(1)
    expect(readdirSync(temp).filter((name) => name.startsWith('local-alb'))).toEqual([])
  })
})

describe('local-alb tells at once of a function that does not start, and goes on', () => {
  it.each<readonly [what: string, file: string, source: string, texts: Texts]>([
    [
      'without a handler, and what it exports instead',
      'lambda.mjs',
      'export const app = () => {}\nexport const version = "1"\nexport default app\n',
      [
        'Runtime.HandlerNotFound',
        /exports .*app \(function\)/,
        'version (string)',
        'default (function)',
      ],
    ],
    [
      'without any export',
      'lambda.mjs',
      'console.log("no export")\n',
      ['Runtime.HandlerNotFound', 'The file exports nothing'],
    ],
    [
      'without a handler in CommonJS',
      'lambda.cjs',
      'module.exports = { app() {} }\n',
      ['Runtime.HandlerNotFound', 'app (function)'],
    ],
    [
      'without a handler in TypeScript',
      'lambda.ts',
      'export const app: number = 1\n',
      ['Runtime.HandlerNotFound', 'The file exports app (number)'],
    ],
    [
      'whose handler takes a callback',
      'lambda.mjs',
      'export const handler = (event, context, callback) => { callback(null, {}) }\n',
      ['Runtime.CallbackHandlerDeprecated', /callback/i],
    ],
    [
      'that fails while it is loaded, with the place',
      'lambda.mjs',
      'const config = undefined\nexport const handler = config.handler\n',
      [/Cannot read properties of undefined/, /at .*lambda\.mjs:2:/],
    ],
    [
      'that writes before it fails, with what it wrote',
      'lambda.mjs',
      'process.stderr.write("no database\\n")\nprocess.exit(3)\n',
      ['Runtime.ExitError', 'exit status 3', '│ no database'],
    ],
    [
      'that imports what is not there',
      'lambda.mjs',
      "import 'not-installed'\nexport const handler = async () => {}\n",
      ['not-installed'],
    ],
    [
      'with an error of syntax, with file and line',
      'lambda.ts',
      'export const handler = async ( => {}\n',
      ['BundleError', /lambda\.ts:1:\d+/],
    ],
    [
      'that imports what cannot be bundled',
      'lambda.ts',
      "import 'not-installed'\nexport const handler = async (): Promise<void> => {}\n",
      [/Could not resolve "not-installed"/],
    ],
    ['of a kind that Lambda does not load', 'lambda.txt', 'handler', [/\.js, \.mjs and \.cjs/]],
  ])('%s', async (_what, file, source, texts) => {
    const cwd = createFolder({ [file]: source })
    const command = startCommand([file, '--port', '0'], { cwd })
    const url = await command.url()
    const [problem] = await command.sees(/\n\S+ does not start \([^]*?\n\n/)
    expect(problem).toContain(`${file} does not start`)
    for (const text of texts) expect(problem).toMatch(text)
    expect((await fetch(url)).status).toBe(502)
    await command.sees(/502 .*\n +LambdaUnhandled: /)
    expect(await command.interrupt()).toBe(0)
  })
})

/** What the command says before it ends, here without a process of its own. */
async function refusalOf(args: readonly string[], cwd: string): Promise<string> {
  const before = process.cwd()
  let said = ''
  const command = serveCommand()
    .exitOverride()
    .configureOutput({ writeErr: (text) => (said += text) })
  process.chdir(cwd)
  try {
    await command.parseAsync(args, { from: 'user' })
  } catch (error) {
    return said || toMessage(error)
  } finally {
    process.chdir(before)
  }
  throw new Error('It was not refused')
}

async function usedPort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  onTestFinished(() => {
    server.close()
  })
  return (server.address() as AddressInfo).port
}
