import { execFileSync } from 'node:child_process'
import { X509Certificate } from 'node:crypto'
import type { RequestListener } from 'node:http'
import { existsSync, readFileSync, readdirSync, statSync } from 'node:fs'
import { basename, join } from 'node:path'
import { describe, expect, it, onTestFinished, vi } from 'vitest'
import { unzip } from '../../packages/local-alb/src/build/zip.js'
import { bundleFunction } from '../../packages/local-alb/src/bundle/function-bundle.js'
import { toCurl } from '../../packages/local-alb/src/inspector/curl.js'
import { createCertificate } from '../../packages/local-alb/src/listener/self-signed.js'
import { describeInBrowser } from '../helpers/browser.js'
import { createFolder } from '../helpers/folder.js'
import { build, createProject } from '../local-alb/build/project.js'
import { openPage } from '../local-alb/inspector/open-page.js'
import { answeredByFunction, makeRequest } from '../local-alb/inspector/exchanges.js'
import { serveInspector } from '../local-alb/inspector/serve-inspector.js'
import { compare } from '../local-alb/parity/two-sides.js'
import { open, resultOf } from '../local-alb/runtime-api/functions.js'

/** What a page must not take for its own. */
const HOSTILE = `</script></style></textarea><script>pwned=1</script><img src=x onerror="pwned=1"><a href="javascript:pwned=1">x</a>"' onmouseover='pwned=1`

describeInBrowser('in a browser', (browser) => {
  it('T26: the inspector’s page runs nothing of a request, a result or a log, and calls nobody', async () => {
    await using served = await serveInspector()
    const { invocation } = answeredByFunction()
    served.alb.exchange({
      request: {
        method: HOSTILE,
        target: `/${HOSTILE}`,
        headers: [
          ['Host', HOSTILE],
          [HOSTILE, HOSTILE],
          ['Content-Type', 'text/html'],
        ],
        body: Buffer.from(HOSTILE),
      },
      event: JSON.stringify({ [HOSTILE]: HOSTILE }),
      result: HOSTILE,
      response: {
        status: 200,
        reason: HOSTILE,
        headers: [[HOSTILE, HOSTILE]],
        body: Buffer.from(HOSTILE),
      },
      invocation: { ...invocation!, logs: [{ stream: 'stdout', text: HOSTILE, time: new Date() }] },
    })
    await using opened = await openPage(browser(), served)
    const { page, offences } = opened
    await page.locator('#row-1').click()
    for (const tab of ['Request', 'Event', 'Result', 'Response', 'Logs']) {
      await page.getByRole('tab', { name: tab }).click()
      await page.locator('#panel > *').first().waitFor()
      const made = await page.evaluate(() => ({
        isPwned: 'pwned' in globalThis,
        scripts: document.querySelectorAll('script').length,
        links: document.querySelectorAll('a[href^="javascript:"], [onmouseover], [onerror]').length,
      }))
      expect([tab, made]).toEqual([tab, { isPwned: false, scripts: 1, links: 0 }])
    }
    expect(offences).toEqual([])
  })
})

describe('what is pasted, and what a local function is given', () => {
  it.each([
    '$(touch pwned)',
    '`touch pwned`',
    "'; touch pwned; '",
    '"; touch pwned; "',
    '\ntouch pwned\n',
    '\\\ntouch pwned',
    '\u001b[201~touch pwned\r',
    '@/etc/passwd',
    '-o pwned',
  ])('T27: its curl command runs nothing of a request, pasted into a shell: %j', (text) => {
    const hostile = Buffer.from(text).toString('latin1')
    const requests = [
      { method: 'POST', target: `/${hostile}`, body: Buffer.from(text) },
      {
        headers: [
          ['Host', hostile],
          ['X-A', hostile],
          [hostile, 'x'],
        ] as const,
        authority: hostile,
      },
      { method: hostile, target: hostile, version: '2.0' as const, protocol: 'https' as const },
    ]
    const folder = createFolder({ 'bin/curl': '#!/bin/sh\nfor word; do echo "<$word>"; done\n' })
    execFileSync('chmod', ['+x', join(folder, 'bin/curl')])
    for (const parts of requests) {
      const body = 'body' in parts ? { requestBody: parts.body as Buffer } : {}
      const command = toCurl({ id: 1, startedAt: 0, request: makeRequest(parts), ...body })
      // oxlint-disable-next-line no-control-regex -- these are the ones to find
      expect(command).not.toMatch(/[\u0000-\u0009\u000b-\u001f]/)
      const env = { PATH: `${join(folder, 'bin')}:${process.env['PATH'] ?? ''}` }
      const said = execFileSync('sh', { cwd: folder, env, input: command, encoding: 'utf8' })
      expect(readdirSync(folder)).toEqual(['bin'])
      expect(said).not.toMatch(/^<(-o|--output|-K|--config|--upload-file|-T)>$/m)
    }
  })

  it('T32: a function gets the environment of Lambda, AWS credentials where that is on, and nothing else', async () => {
    const credentials = {
      AWS_ACCESS_KEY_ID: 'AKIAEXAMPLE',
      AWS_SECRET_ACCESS_KEY: 'secret',
      AWS_PROFILE: 'admin',
    }
    const others = {
      GITHUB_TOKEN: 'secret',
      NPM_TOKEN: 'secret',
      NODE_OPTIONS: '--no-warnings',
      DATABASE_URL: 'postgres://secret',
    }
    for (const [name, value] of Object.entries({ ...credentials, ...others }))
      vi.stubEnv(name, value)
    const source = 'export const handler = async () => Object.entries(process.env)'
    const seenWith = async (inheritCredentials: boolean): Promise<Record<string, string>> => {
      const options = { runtimeClient: 'own', inheritCredentials } as const
      return Object.fromEntries((await resultOf(open(source, options))) as [string, string][])
    }
    const [without, having] = await Promise.all([seenWith(false), seenWith(true)])
    expect(having).toMatchObject(credentials)
    for (const name of Object.keys(credentials)) expect(without).not.toHaveProperty(name)
    for (const seen of [without, having]) {
      for (const name of Object.keys(others)) expect(seen).not.toHaveProperty(name)
      // Nor the key to the events that the process was started with.
      expect(seen).not.toHaveProperty('LOCAL_ALB_RUNTIME_TOKEN')
      expect(seen).toHaveProperty('AWS_LAMBDA_FUNCTION_NAME')
    }
  })

  it('T34: the key of the certificate is new each time, and signs for nobody else', async () => {
    const [one, other] = [await createCertificate(), await createCertificate()]
    expect(one.key).not.toBe(other.key)
    const certificate = new X509Certificate(one.cert)
    expect(certificate.ca).toBe(false)
    expect(certificate.subjectAltName).toBe(
      'DNS:localhost, IP Address:127.0.0.1, IP Address:0:0:0:0:0:0:0:1',
    )
  })
})

describe('what is written', () => {
  it('T33: a function that is built to run lies in a folder for the user alone, which is gone afterwards', async () => {
    const temporary = createFolder()
    const project = createFolder({
      'package.json': '{ "type": "module" }',
      'lambda.ts': 'export const handler = async (): Promise<object> => ({ statusCode: 200 })\n',
    })
    const before = process.env['TMPDIR']
    const mask = process.umask(0)
    process.env['TMPDIR'] = temporary
    onTestFinished(() => {
      process.umask(mask)
      if (before === undefined) delete process.env['TMPDIR']
      else process.env['TMPDIR'] = before
    })
    const bundle = await bundleFunction(join(project, 'lambda.ts'))
    const [name = ''] = readdirSync(temporary)
    expect(bundle.file.startsWith(join(temporary, name))).toBe(true)
    if (process.platform !== 'win32') {
      expect((statSync(join(temporary, name)).mode & 0o777).toString(8)).toBe('700')
    }
    await bundle.close()
    expect(readdirSync(temporary)).toEqual([])
  })

  it.each([
    [
      'a path that leads out',
      (home: string) => `new URL('../../${basename(home)}/secret.txt', import.meta.url)`,
    ],
    ['an absolute path', (home: string) => `'${home}/secret.txt'`],
  ])('T35: a build takes no file from outside of its project along by %s', async (_how, place) => {
    const secret = 'private key'
    const home = createFolder({ 'secret.txt': secret })
    const project = createProject({
      'src/lambda.ts': `import { readFileSync } from 'node:fs'
export const handler = async (): Promise<object> =>
  ({ statusCode: 200, headers: {}, body: process.env['NEVER'] ? readFileSync(${place(home)}, 'utf8') : '' })\n`,
    })
    const built = await build(project).catch((error: unknown) => String(error))
    const zip = join(project, 'out/lambda.zip')
    if (typeof built === 'string') expect(built).toMatch(/outside of the package/)
    const entries = existsSync(zip) ? Object.entries(unzip(readFileSync(zip))) : []
    expect(entries.length > 0).toBe(typeof built !== 'string')
    for (const [name, bytes] of entries) {
      expect(name).not.toMatch(/^\/|^[a-z]:|(^|[\\/])\.\.([\\/]|$)/i)
      expect(Buffer.from(bytes).toString()).not.toContain(secret)
    }
    expect(readdirSync(home)).toEqual(['secret.txt'])
  })

  it('T39: a parity report holds what hostile servers answer as text, and no secret of the requests', async () => {
    const answer =
      (which: string): RequestListener =>
      (_req, res) => {
        res.writeHead(200, { 'content-type': 'text/html', 'x-hostile': `${which}${HOSTILE}` })
        res.end(`${which}\n${HOSTILE}`)
      }
    const html = join(createFolder(), 'report.html')
    const list =
      'GET /?<script>pwned=1</script>\n  Authorization: Bearer top-secret\n  Cookie: sid=top-secret\n'
    await compare(list, answer('1'), answer('2'), { html })
    const text = readFileSync(html, 'utf8')
    expect(text.match(/<script/g)).toHaveLength(1)
    expect(text).not.toMatch(
      /<img src=x|javascript:pwned=1">|<a href="javascript|\sonmouseover='pwned|<link|<iframe|@import/,
    )
    expect(text).toContain('&lt;script&gt;pwned=1&lt;/script&gt;')
    expect(text).not.toContain('top-secret')
  })
})
