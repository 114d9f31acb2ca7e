import { createServer, type IncomingMessage, type RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { compare, differencesOf, folderOf, listening, runParity, serveWith } from './two-sides.js'

/** Answers everything alike and keeps what it was asked. */
function recording(): { readonly seen: string[]; readonly listener: RequestListener } {
  const seen: string[] = []
  return {
    seen,
    listener: (request, response) => {
      void (async () => {
        seen.push([request.method, request.url, await textOf(request)].join(' ').trim())
        response.end()
      })()
    },
  }
}

async function textOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = []
  for await (const chunk of request) chunks.push(chunk as Buffer)
  return Buffer.concat(chunks).toString()
}

const MIXED = 'GET /a\nPOST /b\n  > body\nHEAD /c\nDELETE /d\nOPTIONS /e'

describe('parity sends', () => {
  it('only methods that change nothing, unless --unsafe; and says what it left out', async () => {
    const [one, other] = [recording(), recording()]
    const careful = await compare(MIXED, one.listener, other.listener, { concurrency: 1 })
    expect(one.seen).toEqual(['GET /a', 'HEAD /c', 'OPTIONS /e'])
    expect(other.seen).toEqual(one.seen)
    expect(careful.report.leftOut).toEqual({
      'POST (--unsafe sends them)': 1,
      'DELETE (--unsafe sends them)': 1,
    })
    const all = await compare(MIXED, one.listener, other.listener, { unsafe: true })
    expect(one.seen.slice(3)).toEqual([
      'GET /a',
      'POST /b body',
      'HEAD /c',
      'DELETE /d',
      'OPTIONS /e',
    ])
    expect(all.report.leftOut).toEqual({})
  })

  it('a request that changes something once only, even when its answers differ', async () => {
    const [one, other] = [recording(), recording()]
    const differing: RequestListener = (request, response) => {
      response.setHeader('x-other', '1')
      other.listener(request, response)
    }
    await compare('POST /b\nGET /a', one.listener, differing, { unsafe: true })
    // The GET once more, to see what is volatile.
    expect(one.seen).toEqual(['POST /b', 'GET /a', 'GET /a'])
    expect(other.seen).toEqual(['POST /b', 'GET /a'])
  })

  it('the same Host, header fields and body to both', async () => {
    const echo: RequestListener = (request, response) => {
      void (async () => {
        const body = await textOf(request)
        response.setHeader('content-type', 'application/json')
        response.end(JSON.stringify({ ...request.headers, body }))
      })()
    }
    const seen: Record<string, string>[] = []
    const keep: RequestListener = (request, response) => {
      seen.push(request.headers as Record<string, string>)
      echo(request, response)
    }
    const list =
      'POST /\n  X-A: 1\n  X-B: é\n  Connection: close\n  > hi\nGET /\n  Host: shop.example'
    const compared = await compare(list, keep, echo, {
      unsafe: true,
      header: ['X-A: 2', 'X-Forwarded-Proto: https'],
    })
    expect(differencesOf(compared)).toEqual([])
    expect(seen[0]).toMatchObject({
      host: compared.report.left.replace('http://', ''),
      'x-a': '2',
      'x-b': 'Ã©',
      'x-forwarded-proto': 'https',
      'content-length': '2',
    })
    expect(seen[1]).toMatchObject({ host: 'shop.example', 'x-a': '2' })
  })

  it('to each side the cookies that it set, in place of recorded ones', async () => {
    const seen: Record<string, (string | undefined)[]> = { left: [], right: [] }
    const session =
      (name: string): RequestListener =>
      (request, response) => {
        seen[name]?.push(request.headers.cookie)
        if (request.url === '/login') {
          response.setHeader('set-cookie', [`sid=${name}; Path=/; HttpOnly; Secure`, 'own=1'])
        }
        if (request.url === '/logout') response.setHeader('set-cookie', 'sid=; Max-Age=0; Path=/')
        response.end()
      }
    const list = ['/', '/login', '/page', '/logout', '/page']
      .map((path) => `GET ${path}\n  Cookie: sid=recorded; lang=de`)
      .join('\n')
    await compare(list, session('left'), session('right'), {
      cookies: true,
      ignoreCookie: ['sid'],
      probeVolatile: false,
    })
    const expected = (name: string): string[] => [
      'sid=recorded; lang=de',
      'sid=recorded; lang=de',
      `lang=de; sid=${name}; own=1`,
      `lang=de; sid=${name}; own=1`,
      'lang=de; own=1',
    ]
    expect(seen).toEqual({ left: expected('left'), right: expected('right') })
  })

  it('several requests at once and reports them in order', async () => {
    let open = 0
    let most = 0
    const waiting: RequestListener = (request, response) => {
      open += 1
      most = Math.max(most, open)
      // The first are answered last.
      const number = Number(request.url?.slice(1))
      setTimeout(() => {
        open -= 1
        response.end()
      }, 40 - number)
    }
    const list = Array.from({ length: 30 }, (_, index) => `GET /${index}`).join('\n')
    const compared = await compare(list, waiting, (_request, response) => void response.end(), {
      concurrency: 6,
    })
    expect(most).toBeGreaterThan(1)
    expect(most).toBeLessThanOrEqual(6)
    expect(compared.report.comparisons.map(({ number, target }) => [number, target])).toEqual(
      Array.from({ length: 30 }, (_, index) => [index + 1, `/${index}`]),
    )
  })

  it('does not follow redirects', async () => {
    const [one, other] = [recording(), recording()]
    const redirect =
      ({ listener }: ReturnType<typeof recording>): RequestListener =>
      (request, response) => {
        response.writeHead(302, { location: '/elsewhere' })
        listener(request, response)
      }
    await compare('GET /a', redirect(one), redirect(other))
    expect([one.seen, other.seen]).toEqual([['GET /a'], ['GET /a']])
  })

  it('--unique and --limit: fewer', async () => {
    const [one, other] = [recording(), recording()]
    const list = 'GET /a\n  User-Agent: x\nGET /a\n  User-Agent: y\nGET /a?1\nGET /b'
    const compared = await compare(list, one.listener, other.listener, { unique: true, limit: 2 })
    expect(one.seen).toEqual(['GET /a', 'GET /a?1'])
    expect(compared.report.leftOut).toEqual({
      'sent once already (--unique)': 1,
      'after the first 2 (--limit)': 1,
    })
  })
})

describe('parity cannot find out', () => {
  it('what a side says that is not there; and reports what it found until a side went away', async () => {
    const ok: RequestListener = (_request, response) => void response.end()
    const crashing = await listening(
      createServer((request, response) => {
        if (request.url === '/crash') {
          crashing.close()
          crashing.closeAllConnections()
        } else response.end()
      }),
    )
    const right = `http://127.0.0.1:${(crashing.address() as AddressInfo).port}`
    const list = 'GET /a\nGET /crash\nGET /b\nGET /c'
    const crashed = await compare(list, ok, right, { concurrency: 1 })
    expect(crashed.code).toBe(2)
    expect(crashed.report).toMatchObject({ requests: 1, same: 1, different: 0 })
    expect(crashed.report.problem).toMatch(
      /^Nobody listens at the right side, http:\S+: it stopped answering after 1 request, at GET \/crash \(\S+list\.txt:2\)$/,
    )
    const nobody = await compare('GET /', ok, right)
    expect(nobody.code).toBe(2)
    expect(nobody.report.problem).toBe(`Nobody listens at the right side, ${right}. Start it first`)
  })

  it('a request that neither side answers', async () => {
    const cut: RequestListener = (request) => void request.socket.destroy()
    const compared = await compare('GET /', cut, cut)
    expect(compared.code).toBe(2)
    expect(compared.report).toMatchObject({ unanswered: 1, different: 0 })
  })

  it('anything from options and files that make no sense', async () => {
    const list = join(folderOf({ 'list.txt': 'POST /a' }), 'list.txt')
    const left = await serveWith((_request, response) => void response.end())
    const sides = { left, right: left }
    await expect(runParity({ from: [list], ...sides })).rejects.toThrow(
      'has no request to send (1 left out: POST (--unsafe sends them))',
    )
    await expect(runParity(sides)).rejects.toThrow('Give requests: --from')
    await expect(runParity({ from: [list], mirror: true, ...sides })).rejects.toThrow('give one')
    const unsafe = { from: [list], unsafe: true }
    await expect(runParity({ ...unsafe, left })).rejects.toThrow('--right is missing')
    await expect(runParity({ ...unsafe, left, right: 'none.mjs' })).rejects.toThrow(
      '--right none.mjs: there is no such file',
    )
    await expect(runParity({ ...unsafe, left, right: `${left}/path` })).rejects.toThrow(
      'is no origin',
    )
    await expect(runParity({ ...unsafe, ...sides, ignoreJsonPath: ['$.a[?b]'] })).rejects.toThrow(
      '--ignore-json-path "$.a[?b]" is not understood from "[?b]" on',
    )
    await expect(runParity({ ...unsafe, ...sides, ignoreRegex: ['('] })).rejects.toThrow(
      '--ignore-regex (: ',
    )
    await expect(runParity({ ...unsafe, ...sides, ignoreRegex: ['a*'] })).rejects.toThrow(
      'matches the empty text',
    )
    await expect(runParity({ ...unsafe, ...sides, header: ['nonsense'] })).rejects.toThrow(
      '--header: "nonsense" is no header field',
    )
    await expect(runParity({ ...unsafe, ...sides, cookies: true, concurrency: 2 })).rejects.toThrow(
      'does not go with --cookies',
    )
    await expect(runParity({ ...unsafe, ...sides, html: '/nowhere/at/all.html' })).rejects.toThrow(
      '--html /nowhere/at/all.html cannot be written',
    )
  })
})
