import { join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { describe, expect, it } from 'vitest'
import { adapterOrigin } from '../../../packages/local-alb/src/register/adapter.js'
import { withImport } from '../../../packages/local-alb/src/register/node-options.js'
import type { RequestRecord } from '../../../packages/local-alb/src/register/request-record.js'
import { summarise } from '../../../packages/local-alb/src/register/summary.js'
import { toSummaryText } from '../../../packages/local-alb/src/register/summary-text.js'
import { callerFile, isToolFile } from '../../../packages/local-alb/src/register/tool-server.js'
import { toWindowsCommand } from '../../../packages/local-alb/src/register/windows-command.js'

describe('whether a server belongs to a tool', () => {
  it.each([
    ['/app/node_modules/vite/dist/node/chunks/node.js', true],
    ['/app/node_modules/.pnpm/vite@8.0.0/node_modules/vite/dist/node/chunks/node.js', true],
    ['/app/node_modules/@vitest/browser/dist/index.js', true],
    [String.raw`C:\app\node_modules\playwright-core\lib\server.js`, true],
    ['/app/node_modules/supertest/lib/test.js', false],
    ['/app/node_modules/express/lib/application.js', false],
    // Only the innermost package counts, and only whole names.
    ['/app/node_modules/vite/node_modules/express/lib/application.js', false],
    ['/app/node_modules/vite-express/main.js', false],
    ['/app/vite/server.js', false],
    ['/app/test/stand-ins/payments.js', true],
    ['/app/node_modules/mockttp/dist/server.js', true],
    ['/app/node_modules/mockttp-not/dist/server.js', false],
    ['/app/adapter.mjs', true],
    ['/app/test/adapter.mjs', false],
  ])('%s: %j', (file, expected) => {
    expect(isToolFile(file, ['mockttp', 'test/stand-ins/', '/app/adapter.mjs'])).toBe(expected)
  })

  it('is decided by the file that called, not by those that called it', () => {
    const file = callerFile(function called() {
      // Never called: the stack is that of the test itself.
    })
    expect(file).toBe(undefined)
    function callee(): string | undefined {
      return callerFile(callee)
    }
    expect(callee()).toBe(fileURLToPath(import.meta.url))
  })

  it('leaves the way in which errors show their stack as it was', () => {
    const before = Object.entries(Object.getOwnPropertyDescriptors(Error))
    callerFile(() => undefined)
    const after = Object.entries(Object.getOwnPropertyDescriptors(Error))
    expect(after).toEqual(before)
  })
})

describe("where the adapter's own code is", () => {
  it.each([
    ['express-alb', 'express-alb'],
    ['express-alb/testing', 'express-alb'],
    ['@scope/adapter/lib', '@scope/adapter'],
    ['./adapter.mjs', join('/app', 'adapter.mjs')],
    ['../adapter.mjs', join('/', 'adapter.mjs')],
    ['./node_modules/.pnpm/a@1/node_modules/@scope/adapter/index.js', '@scope/adapter'],
    [pathToFileURL('/other/node_modules/adapter/index.js').href, 'adapter'],
    [pathToFileURL('/other/adapter/index.js').href, join('/other', 'adapter', 'index.js')],
  ])('%s: %s', (specifier, expected) => {
    expect(adapterOrigin(specifier, '/app')).toBe(expected)
  })
})

describe('NODE_OPTIONS', () => {
  const url = pathToFileURL('/a b/"c"/d\\e/register.js').href

  it('gets the import behind what is there, without anything that needs quoting', () => {
    expect(url).not.toMatch(/[\s"\\]/)
    expect(withImport(undefined, url)).toBe(`--import=${url}`)
    expect(withImport(' --title="a b" ', url)).toBe(`--title="a b" --import=${url}`)
  })

  it('gets it once', () => {
    expect(withImport(withImport('--no-warnings', url), url)).toBe(`--no-warnings --import=${url}`)
  })
})

describe('a command line for cmd.exe', () => {
  it.each([
    [['npm', 'test'], 'npm test'],
    [['npm', 'run', 'a b'], 'npm run ^"a^ b^"'],
    [['x', 'say "hi"'], String.raw`x ^"say^ \^"hi\^"^"`],
    [['x', String.raw`a\\"b`], String.raw`x ^"a\\\\\^"b^"`],
    [['x', 'c:\\a b\\'], String.raw`x ^"c:\a^ b\\^"`],
    [['x', 'a&b|c>d%e%'], 'x a^&b^|c^>d^%e^%'],
    [['x', ''], 'x ^"^"'],
  ])('%j: %s', (words, expected) => {
    expect(toWindowsCommand(words)).toBe(expected)
  })
})

describe('the summary', () => {
  const refused = (explanation: string, request = 'GET /'): RequestRecord => ({
    outcome: 'refused',
    status: 502,
    errorReason: 'LambdaInvalidResponse',
    explanation,
    request,
  })

  it('adds up what is alike, the most frequent first', () => {
    const records: RequestRecord[][] = [
      [{ outcome: 'answered', status: 200 }, refused('a'), refused('b', 'GET /b')],
      [refused('b'), { outcome: 'abandoned' }],
      [
        { outcome: 'refused', status: 405, explanation: 'c', request: 'TRACE /' },
        { outcome: 'fault', message: 'd' },
        { outcome: 'fault', message: 'd' },
      ],
    ]
    expect(summarise('multi', records)).toEqual({
      mode: 'multi',
      processes: 3,
      requests: 8,
      answered: 1,
      abandoned: 1,
      refused: [
        {
          status: 502,
          errorReason: 'LambdaInvalidResponse',
          count: 3,
          causes: [
            { explanation: 'b', example: 'GET /b', count: 2 },
            { explanation: 'a', example: 'GET /', count: 1 },
          ],
        },
        { status: 405, count: 1, causes: [{ explanation: 'c', example: 'TRACE /', count: 1 }] },
      ],
      faults: [{ message: 'd', count: 2 }],
    })
  })

  it('shows five causes of a kind and no control characters', () => {
    const causes = ['1', '2', '3', '4', '5', '6', '7'].map((text) => refused(text))
    const text = toSummaryText(summarise('single', [[...causes, refused('1', 'GET /\u001B[2J')]]))
    expect(text.split('\n')).toEqual([
      'local-alb: 8 requests went through the load balancer (single-value mode)',
      '  0 answered by the function',
      '  8 refused with 502 LambdaInvalidResponse',
      '      2 × 1 (GET /)',
      ...['2', '3', '4', '5'].map((cause) => `      1 × ${cause} (GET /)`),
      '      and 2 other causes',
      '',
    ])
    expect(toSummaryText(summarise('single', [[refused('x', 'GET /\u001B[2J')]]))).toContain(
      String.raw`(GET /\x1b[2J)`,
    )
  })

  it('says when there is nothing to tell', () => {
    expect(toSummaryText(summarise('single', []))).toContain('no request went through')
  })
})
