import { createHash, randomBytes } from 'node:crypto'
import type { RequestListener, ServerResponse } from 'node:http'
import { gzipSync } from 'node:zlib'
import { describe, expect, it } from 'vitest'
import { compare, differencesOf, foldsOf } from './two-sides.js'

/** Answers with what `answer` does; no `Date`, so that only what a test plants is there. */
function answering(answer: (response: ServerResponse) => void): RequestListener {
  return (_request, response) => {
    answer(response)
    if (!response.writableEnded) response.end()
  }
}

const json = (value: unknown, spaces?: number) =>
  answering((response) => {
    response.setHeader('content-type', 'application/json; charset=utf-8')
    response.end(typeof value === 'string' ? value : JSON.stringify(value, null, spaces))
  })

const text = (content: string | Buffer, type = 'text/plain') =>
  answering((response) => {
    response.setHeader('content-type', type)
    response.end(content)
  })

const headers = (fields: Readonly<Record<string, string | readonly string[]>>) =>
  answering((response) => {
    for (const [name, value] of Object.entries(fields)) response.setHeader(name, value)
  })

describe('parity finds', () => {
  it.each<[kind: string, left: RequestListener, right: RequestListener, found: readonly string[]]>([
    [
      'another status',
      answering((response) => void (response.statusCode = 201)),
      answering((response) => void (response.statusCode = 202)),
      ['status: 201 → 202'],
    ],
    [
      'a header field of another value, missing, or more than there was',
      headers({ 'cache-control': 'no-store', 'x-powered-by': 'Express' }),
      headers({ 'cache-control': 'max-age=60', 'x-more': '1' }),
      [
        'header cache-control: no-store → max-age=60',
        'header x-powered-by: Express → –',
        'header x-more: – → 1',
      ],
    ],
    [
      'one of several lines of a header field that is lost',
      headers({ 'x-several': ['a', 'b'] }),
      headers({ 'x-several': ['b'] }),
      ['header x-several: a, b → b'],
    ],
    [
      'an empty header field for one that is missing',
      headers({ 'x-empty': '' }),
      headers({}),
      ['header x-empty:  → –'],
    ],
    [
      'a redirect elsewhere, with another scheme, and to another host',
      headers({ location: '/a' }),
      headers({ location: 'https://127.0.0.1/a' }),
      ['header location: /a → https://127.0.0.1/a'],
    ],
    [
      'the attributes of cookies, one by one',
      headers({
        'set-cookie': [
          'sid=1; Path=/; HttpOnly; Max-Age=60; SameSite=Lax',
          'gone=1',
          'both=1; Path=/A',
        ],
      }),
      headers({
        'set-cookie': [
          'sid=2; path=/; max-age=90; SameSite=lax',
          'both=1; Path=/a',
          'new=1; Secure',
        ],
      }),
      [
        'cookie sid: 1 → 2',
        'cookie sid; HttpOnly: set → –',
        'cookie sid; Max-Age: 60 → 90',
        'cookie gone: 1 → –',
        'cookie both; Path: /A → /a',
        'cookie new: – → 1; Secure',
      ],
    ],
    [
      'a cookie that is to live longer',
      headers({ 'set-cookie': `a=1; Expires=${new Date(Date.now() + 60_000).toUTCString()}` }),
      headers({ 'set-cookie': `a=1; Expires=${new Date(Date.now() + 90_000).toUTCString()}` }),
      [expect.stringMatching(/^cookie a; Expires: /) as string],
    ],
    [
      'values in JSON: other, missing, more, of another type',
      json({ total: 12, items: [{ id: 1 }, { id: 2 }], none: null, 'a b': 1, gone: undefined }),
      json({ total: '12', items: [{ id: 1 }], 'a b': 2, none: 0, more: {} }),
      [
        'body $.total: 12 → "12"',
        'body $.items[1]: {"id":2} → –',
        'body $.none: null → 0',
        'body $["a b"]: 1 → 2',
        'body $.more: – → {}',
      ],
    ],
    [
      'JSON of the same values that is written otherwise',
      json({ a: [1, 2] }),
      json({ a: [1, 2] }, 2),
      ['body JSON: compact → indented by 2'],
    ],
    [
      'escapes and digits in JSON that parse to the same',
      json('{"a":"\\u00e9","b":12345678901234567890}'),
      json('{"a":"é","b":12345678901234567891}'),
      ['body JSON: – → –'],
    ],
    [
      'a key of JSON that is named like an object’s own',
      json('{"__proto__":1,"constructor":2}'),
      json('{"__proto__":2,"constructor":2}'),
      ['body $.__proto__: 1 → 2'],
    ],
    ['lines of a text', text('one\ntwo\nthree\n'), text('one\n2\nthree\n'), ['body text: two → 2']],
    ['a line break at the end', text('one'), text('one\n'), ['body text: – → ']],
    [
      'another kind of line break',
      text('one\r\ntwo'),
      text('one\ntwo'),
      ['body text: one\r → one'],
    ],
    [
      'JSON that has become text of another type',
      json({ a: 1 }),
      text('{"a":2}'),
      [
        'body text: {"a":1} → {"a":2}',
        'header content-type: application/json; charset=utf-8 → text/plain',
      ],
    ],
    ['an empty body', text('something'), text(''), ['body text: something → ']],
    [
      'another content coding, although the content is the same',
      answering((response) => {
        response.setHeader('content-encoding', 'gzip')
        response.end(gzipSync('same'))
      }),
      answering((response) => void response.end('same')),
      ['header content-encoding: gzip → –'],
    ],
    [
      'compressed content that cannot be unpacked',
      answering((response) => {
        response.setHeader('content-encoding', 'gzip')
        response.end(gzipSync('same'))
      }),
      answering((response) => {
        response.setHeader('content-encoding', 'gzip')
        response.end('not gzip')
      }),
      [expect.stringMatching(/^body bytes: \d+ bytes, sha256 /) as string],
    ],
  ])('%s', async (_kind, left, right, found) => {
    const compared = await compare('GET /', left, right)
    expect(differencesOf(compared)).toEqual(found)
    expect(compared.code).toBe(1)
  })

  it('where binary bodies part, with lengths and digests', async () => {
    const [one, other] = [Buffer.alloc(5000, 0xff), Buffer.alloc(5000, 0xff)]
    other[4321] = 0
    const compared = await compare('GET /', text(one, 'image/png'), text(other, 'image/png'))
    const digest = createHash('sha256').update(one).digest('hex').slice(0, 16)
    expect(compared.report.comparisons[0]?.differences).toEqual([
      {
        aspect: 'body',
        name: 'bytes',
        left: `5000 bytes, sha256 ${digest}`,
        right: expect.stringMatching(/^5000 bytes, sha256 [\da-f]{16}$/) as unknown,
        note: 'first difference at byte 4321: ff → 00',
      },
    ])
  })

  it('text in UTF-8 that was taken for Latin-1 on the way', async () => {
    const compared = await compare(
      'GET /',
      text('café', 'text/html'),
      text(Buffer.from(Buffer.from('café').toString('latin1')), 'text/html'),
    )
    expect(differencesOf(compared)).toEqual(['body text: café → cafÃ©'])
  })

  it('the length that is told for HEAD', async () => {
    const head = (length: string) => headers({ 'content-length': length })
    const compared = await compare('HEAD /', head('10'), head('20'))
    expect(differencesOf(compared)).toEqual(['header content-length: 10 → 20'])
  })

  it('an answer that is cut short, or none', async () => {
    const compared = await compare('GET /cut\nGET /none', text('whole'), (request, response) => {
      if (request.url === '/none') request.socket.destroy()
      else {
        response.setHeader('content-length', 10)
        response.write('half')
        setImmediate(() => request.socket.destroy())
      }
    })
    expect(differencesOf(compared)).toEqual([
      'answer: status 200 → the connection was cut in the middle of the answer',
      'answer: status 200 → the connection was closed without an answer',
    ])
    expect(compared.code).toBe(1)
  })

  it('an answer that takes longer than --wait, and one slower than --max-slower', async () => {
    const slow: RequestListener = (request, response) => {
      if (request.url === '/slow') setTimeout(() => response.end(), 60)
    }
    const quick: RequestListener = (_request, response) => void response.end()
    const compared = await compare('GET /never\nGET /slow', quick, slow, { wait: 1, maxSlower: 5 })
    expect(compared.report.comparisons.map(({ differences }) => differences)).toEqual([
      [
        {
          aspect: 'answer',
          name: '',
          left: 'status 200',
          right: 'no whole answer within 1 s',
        },
      ],
      [
        expect.objectContaining({
          aspect: 'timing',
          note: expect.stringMatching(/allowed are 5 ms/),
        }),
      ],
    ])
    const patient = await compare('GET /slow', quick, slow)
    expect(patient.code).toBe(0)
  })
})

describe('parity folds away', () => {
  it.each<[kind: string, left: RequestListener, right: RequestListener, folded: readonly string[]]>(
    [
      [
        'hop-by-hop fields, those that Connection names, and chunks against a length',
        answering((response) => {
          response.setHeader('connection', 'close, x-hop')
          response.setHeader('x-hop', '1')
          response.write('a')
          response.end('b')
        }),
        answering((response) => {
          response.setHeader('content-length', 2)
          response.end('ab')
        }),
        [
          'hop-by-hop: header connection',
          'hop-by-hop: header x-hop',
          'hop-by-hop: header transfer-encoding',
          'hop-by-hop: header keep-alive',
          'framing: header content-length',
        ],
      ],
      [
        'Date, Server and trace ids',
        headers({
          date: 'Mon, 02 Nov 2026 00:00:00 GMT',
          server: 'nginx',
          'x-amzn-trace-id': 'Root=1',
        }),
        headers({
          date: 'Tue, 03 Nov 2026 00:00:00 GMT',
          server: 'awselb/2.0',
          traceparent: '00-1',
        }),
        [
          'date: header date',
          'server: header server',
          'trace-id: header x-amzn-trace-id',
          'trace-id: header traceparent',
        ],
      ],
      [
        'the order and the case of header names, and a reversed order of values',
        headers({ 'x-a': '1', 'x-b': ['1', '2'] }),
        headers({ 'X-B': ['2', '1'], 'x-a': '1' }),
        ['header-order: header x-b', 'header-order: header', 'header-case: header'],
      ],
      [
        'repeated fields that are joined',
        headers({ vary: ['origin', 'accept'] }),
        headers({ vary: 'origin, accept' }),
        ['joined-lines: header vary'],
      ],
      [
        'the words behind the status',
        answering((response) => void (response.statusMessage = 'Fine')),
        answering(() => {}),
        ['reason: status'],
      ],
      [
        'keys of JSON in another order, and the ETag and length that follow from a body',
        answering((response) => {
          response.setHeader('content-type', 'application/json')
          response.setHeader('etag', '"1"').end('{"a":1,"b":{"c":[1],"d":2}}')
        }),
        answering((response) => {
          response.setHeader('content-type', 'application/json')
          response.setHeader('etag', '"2"').end('{"b":{"d":2,"c":[1]},"a":1}')
        }),
        ['key-order: body JSON', 'follows: header etag'],
      ],
      [
        'the same content, compressed otherwise',
        answering((response) => {
          response
            .setHeader('content-encoding', 'gzip')
            .end(gzipSync('a'.repeat(999), { level: 1 }))
        }),
        answering((response) => {
          response
            .setHeader('content-encoding', 'gzip')
            .end(gzipSync('a'.repeat(999), { level: 0 }))
        }),
        ['compression: body', 'follows: header content-length'],
      ],
      [
        "the load balancer's cookies and the order of cookies",
        headers({ 'set-cookie': ['a=1', 'b=2'] }),
        headers({ 'set-cookie': ['b=2', 'a=1', 'AWSALB=x; Path=/', 'AWSALBTGCORS=y'] }),
        ['sticky-cookie: cookie AWSALB', 'sticky-cookie: cookie AWSALBTGCORS'],
      ],
      [
        'the order of cookies',
        headers({ 'set-cookie': ['a=1', 'b=2'] }),
        headers({ 'set-cookie': ['b=2', 'a=1'] }),
        ['cookie-order: cookie'],
      ],
      [
        'a default content type',
        answering((response) => void response.end('x')),
        text('x', 'application/octet-stream'),
        ['default-type: header content-type'],
      ],
    ],
  )('%s', async (_kind, left, right, folded) => {
    const plain =
      (listener: RequestListener): RequestListener =>
      (request, response) => {
        response.sendDate = false
        listener(request, response)
      }
    const compared = await compare('GET /', plain(left), plain(right))
    expect(differencesOf(compared)).toEqual([])
    expect(foldsOf(compared).toSorted()).toEqual(expect.arrayContaining(folded.toSorted()))
    expect(new Set(foldsOf(compared).map((fold) => fold.split(':')[0]))).toEqual(
      new Set(folded.map((fold) => fold.split(':')[0])),
    )
    expect(compared.code).toBe(0)
  })

  it('a relative Location made absolute, with the Host that both got', async () => {
    const left: RequestListener = (_request, response) => {
      response.writeHead(302, { location: 'next?a=1' }).end()
    }
    const right: RequestListener = (request, response) => {
      response.writeHead(302, { location: `http://${request.headers.host}/shop/next?a=1` }).end()
    }
    const list = 'GET /shop/old\n  Host: shop.example'
    const compared = await compare(list, left, right)
    expect([differencesOf(compared), foldsOf(compared)]).toEqual([
      [],
      ['location: header location'],
    ])
    const elsewhere: RequestListener = (_request, response) => {
      response.writeHead(302, { location: 'http://shop.example.evil/shop/next?a=1' }).end()
    }
    expect((await compare(list, left, elsewhere)).code).toBe(1)
  })

  it('what left itself changes each time, wherever it stands', async () => {
    let count = 0
    const answer =
      (more: string): RequestListener =>
      (request, response) => {
        count += 1
        const token = `${count}f${'0123456789abcdef'.repeat(2)}`
        response.setHeader('x-request-id', token)
        response.setHeader('set-cookie', `csrf=${token}; Path=/`)
        if (request.url === '/json') {
          response.setHeader('content-type', 'application/json')
          response.end(JSON.stringify({ id: count, list: [{ token }], more }))
        } else {
          response.setHeader('content-type', 'text/html')
          response.end(`<form>\n<input value="${token}">\n<p>${more}</p>\n</form>`)
        }
      }
    const same = await compare('GET /json\nGET /html', answer('a'), answer('a'))
    expect(differencesOf(same)).toEqual([])
    expect(foldsOf(same)).toEqual(
      expect.arrayContaining([
        'volatile: body $.id',
        'volatile: body $.list[0].token',
        'volatile: header x-request-id',
        'volatile: cookie csrf',
        'volatile: body text',
      ]),
    )
    const other = await compare('GET /json\nGET /html', answer('a'), answer('b'))
    expect(differencesOf(other)).toEqual([
      'body $.more: "a" → "b"',
      'body text: <p>a</p> → <p>b</p>',
    ])
    const unprobed = await compare('GET /json', answer('a'), answer('a'), { probeVolatile: false })
    expect(differencesOf(unprobed)).toContainEqual(
      expect.stringMatching(/^body \$\.id: \d+ → \d+$/),
    )
  })

  it('bytes that left itself changes each time, and no others', async () => {
    const pdf =
      (more: string): RequestListener =>
      (_request, response) => {
        response.setHeader('content-type', 'application/pdf')
        response.end(
          Buffer.concat([Buffer.alloc(300), randomBytes(32), Buffer.from(`\0\0\0${more}\0`)]),
        )
      }
    const same = await compare('GET /', pdf('a'), pdf('a'))
    expect([differencesOf(same), foldsOf(same)]).toEqual([
      [],
      expect.arrayContaining(['volatile: body bytes']),
    ])
    const other = await compare('GET /', pdf('a'), pdf('b'))
    expect(other.report.comparisons[0]?.differences[0]?.note).toMatch(
      /^first difference at byte 3\d\d: .*; left itself sends other bytes each time$/,
    )
    expect(other.code).toBe(1)
  })

  it('bytes at the ends of an identifier that came out the same by chance', async () => {
    const answers = (...identifiers: readonly string[]): RequestListener => {
      let count = 0
      return (_request, response) => {
        const identifier = identifiers[count % identifiers.length] ?? ''
        count += 1
        response.setHeader('content-type', 'application/pdf')
        response.end(`%PDF-1.7\xFF${'\0'.repeat(60)}/ID <${identifier}>`, 'latin1')
      }
    }
    // Left's two differ in the middle only; right's stands for a third.
    const left = (): RequestListener => answers('01abcd89', '01dcba89')
    const third = await compare('GET /', left(), answers('77efef66'))
    expect([differencesOf(third), foldsOf(third)]).toEqual([[], ['volatile: body bytes']])
    const other = await compare('GET /', answers('901abcd89', '901dcba89'), answers('801efef89'))
    expect(other.code).toBe(1)
  })

  it('a token in a page of one line, in time', async () => {
    const page =
      (end: string): RequestListener =>
      (_request, response) => {
        const tokens = Array.from(
          { length: 40 },
          () => `<i data-t="${randomBytes(9).toString('hex')}">x y</i>`,
        )
        response.setHeader('content-type', 'text/html')
        response.end(`<p>${'a b '.repeat(5000)}${tokens.join('')}${'c d '.repeat(5000)}${end}`)
      }
    const same = await compare('GET /', page('z'), page('z'))
    expect(differencesOf(same)).toEqual([])
    const other = await compare('GET /', page('z'), page('!'))
    expect(other.report.comparisons[0]?.differences).toHaveLength(1)
  })

  it.each(['', 'undefined', '[object Object]'])(
    'but not a token that has become %j',
    async (broken) => {
      let count = 0
      const left: RequestListener = (_request, response) => {
        count += 1
        response.setHeader('x-id', `id-${count}`)
        response
          .setHeader('content-type', 'text/html')
          .end(`<input value="${'ab'.repeat(8)}${count}">`)
      }
      const right: RequestListener = (_request, response) => {
        response.setHeader('x-id', broken)
        response.setHeader('content-type', 'text/html').end(`<input value="${broken}">`)
      }
      const compared = await compare('GET /', left, right)
      expect(compared.report.comparisons[0]?.differences.map(({ aspect }) => aspect)).toEqual([
        'body',
        'header',
      ])
    },
  )

  it('the time of the request in JSON, text, header fields and cookies, but no other time and no other form', async () => {
    const answer =
      (shift: number, form: (time: Date) => string): RequestListener =>
      (_request, response) => {
        const now = new Date(Date.now() + shift)
        response.setHeader('expires', now.toUTCString())
        response.setHeader('x-time', form(now))
        response.setHeader(
          'set-cookie',
          `a=1; Expires=${new Date(now.getTime() + 60_000).toUTCString()}`,
        )
        response.setHeader('content-type', 'application/json')
        response.end(JSON.stringify({ at: now, ms: now.getTime() }))
      }
    const iso = (time: Date): string => time.toISOString()
    // One second apart, which is what the clock of two servers is.
    const near = await compare('GET /', answer(0, iso), answer(1000, iso), { probeVolatile: false })
    expect(differencesOf(near)).toEqual([])
    const far = await compare('GET /', answer(0, iso), answer(3_600_000, iso), {
      probeVolatile: false,
    })
    expect(far.report.comparisons[0]?.differences.map(({ name }) => name)).toEqual([
      '$.at',
      '$.ms',
      'expires',
      'x-time',
      'a; Expires',
    ])
    const odd = await compare('GET /', answer(0, iso), answer(0, String), { probeVolatile: false })
    expect(odd.report.comparisons[0]?.differences.map(({ name }) => name)).toEqual(['x-time'])
  })

  it('what the user masks, and nothing beside it', async () => {
    const answer =
      (mark: string, kept: string): RequestListener =>
      (request, response) => {
        response.setHeader('x-build-id', mark)
        response.setHeader('x-kept', kept)
        response.setHeader('set-cookie', `sid=${mark}; Path=/${kept}`)
        response.setHeader(
          'content-type',
          request.url === '/json' ? 'application/json' : 'text/css',
        )
        response.end(
          request.url === '/json'
            ? JSON.stringify({ items: [{ id: mark, name: kept }], deep: { a: { when: mark } } })
            : `/* build ${mark} */\n.a { content: "${kept}" }`,
        )
      }
    const masks = {
      ignoreHeader: ['X-Build-*'],
      ignoreCookie: ['sid'],
      ignoreJsonPath: ['$.items[*].id', '$..when'],
      ignoreRegex: ['/BUILD \\w+/i'],
      probeVolatile: false,
    }
    const same = await compare('GET /json\nGET /css', answer('1', 'k'), answer('2', 'k'), masks)
    expect(differencesOf(same)).toEqual([])
    expect(same.report.folded).toMatchObject({ masked: 2 })
    const other = await compare('GET /json\nGET /css', answer('1', 'k'), answer('2', 'l'), masks)
    expect(differencesOf(other)).toEqual([
      'body $.items[0].name: "k" → "l"',
      'header x-kept: k → l',
      'cookie sid; Path: /k → /l',
      'body text: .a { content: "k" } → .a { content: "l" }',
      'header x-kept: k → l',
      'cookie sid; Path: /k → /l',
    ])
  })
})
