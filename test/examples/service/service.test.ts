import { randomBytes } from 'node:crypto'
import { brotliDecompressSync, gunzipSync } from 'node:zlib'
import { readFileSync } from 'node:fs'
import request from 'supertest'
import { afterAll, afterEach, beforeAll, describe, expect, it, onTestFinished, vi } from 'vitest'
import { createApp } from '../../../packages/examples/service/src/app.js'
import { readConfig, type Config } from '../../../packages/examples/service/src/config.js'
import type { Database } from '../../../packages/examples/service/src/db/database.js'
import { migrate } from '../../../packages/examples/service/src/db/migrate.js'
import { get } from './raw-request.js'
import { openEmptyDatabase } from './test-database.js'
import { WAYS, type Place } from './ways.js'

const PUBLIC = new URL('../../../packages/examples/service/assets/public/', import.meta.url)
const STYLE = readFileSync(new URL('style.css', PUBLIC))
const PICTURE = readFileSync(new URL('notes.png', PUBLIC))

const PASSWORD = 'correct horse battery'

const CONFIG: Config = {
  ...readConfig({}),
  // The load balancers of these tests are reached from this machine, and may be told another client's address.
  trustProxy: 'loopback, uniquelocal',
  corsOrigins: ['https://app.example.com'],
  apiRequestsPerMinute: 10_000,
  loginsPerQuarterHour: 10_000,
}

let database: Database
/** Statements that the database refuses, in one test. */
let refused: RegExp | undefined

beforeAll(async () => {
  const real = await openEmptyDatabase()
  await migrate(real)
  database = {
    ...real,
    async query<Row>(sql: string, values?: readonly unknown[]) {
      if (refused?.test(sql)) throw new Error('connection to 10.1.2.3 lost')
      return real.query<Row>(sql, values)
    },
  }
}, 60_000)

afterEach(() => {
  refused = undefined
})

afterAll(async () => {
  await database.close()
})

const newEmail = (): string => `user-${randomBytes(6).toString('hex')}@example.com`

describe.each(WAYS)('the service $name', ({ start, startHttps, number }) => {
  let place: Place
  let url: string
  const log: string[] = []
  const address = (host: number): string => `203.0.113.${number * 10 + host}`

  beforeAll(async () => {
    const app = await createApp({ config: CONFIG, database, log: (line) => log.push(line) })
    place = await start(app)
    url = place.url
    shared = await newUser(sharedEmail)
  })

  afterAll(async () => {
    await place.close()
  })

  type Agent = ReturnType<typeof request.agent>

  const sharedEmail = newEmail()
  /** A client for the tests that do not mind each other's notes: making an account is slow on purpose. */
  let shared: Agent

  /** A client with an account, who is logged in. */
  async function newUser(email = newEmail()): Promise<Agent> {
    const agent = request.agent(url)
    await agent.post('/signup').type('form').send({ email, password: PASSWORD }).expect(303)
    return agent
  }

  async function newNote(agent: Agent, note: object = { title: 'A note' }): Promise<number> {
    const { body } = await agent.post('/api/notes').send(note).expect(201)
    return (body as { id: number }).id
  }

  /** An answer's cookies by name, with value and attributes. */
  const cookiesOf = ({ headers }: request.Response): readonly string[] =>
    (headers['set-cookie'] as unknown as string[] | undefined) ?? []

  /** Where a redirect leads on this host. */
  function locationOf({ headers }: request.Response): string {
    const location = new URL(headers['location'] ?? 'none:', url)
    expect(location.origin).toBe(url)
    return location.pathname + location.search
  }

  describe('health', () => {
    it('is 200 as long as the database answers', async () => {
      const { body, headers } = await request(url).get('/health').expect(200)
      expect(body).toEqual({ status: 'ok', database: database.kind })
      expect(headers).toMatchObject({ 'cache-control': 'no-store' })
      expect(headers).not.toHaveProperty('x-powered-by')
    })

    it('is 503 when it does not, without saying why', async () => {
      const report = vi.spyOn(console, 'error').mockReturnValue()
      refused = /SELECT 1/
      const { body } = await request(url).get('/health').expect(503)
      expect(body).toEqual({ status: 'failing', database: database.kind })
      expect(report).toHaveBeenCalledOnce()
    })
  })

  describe('accounts', () => {
    it('sends who is not logged in to the login, and from there to the page they wanted', async () => {
      const email = newEmail()
      await newUser(email)
      const agent = request.agent(url)
      const asked = await agent.get('/notes?q=a%20b&limit=5').expect(302)
      const login = locationOf(asked)
      expect(new URL(login, url).pathname).toBe('/login')
      expect(new URL(login, url).searchParams.get('next')).toMatch(/^\/notes\?/)

      const { text } = await agent
        .get(login)
        .expect(200)
        .expect('content-type', /^text\/html/)
      const next = /name="next" value="([^"]+)"/.exec(text)?.[1]?.replaceAll('&amp;', '&')
      const form = { email, password: PASSWORD, next }
      const after = await agent.post('/login').type('form').send(form).expect(303)
      const page = new URL(locationOf(after), url)
      // A load balancer hands over a query in the order of its names.
      expect([page.pathname, page.searchParams.get('q'), page.searchParams.get('limit')]).toEqual([
        '/notes',
        'a b',
        '5',
      ])
      await agent.get(page.pathname + page.search).expect(200, /value="a b"/)
    })

    it.each([
      'https://evil.example/',
      '//evil.example/',
      '/\\evil.example/',
      '/.//evil.example/',
      '/\t/evil.example/',
      'javascript:alert(1)',
      '//',
    ])('never leads to another site after the login: %j', async (next) => {
      const { text } = await request(url).get('/login').query({ next }).expect(200)
      expect(/name="next" value="([^"]*)"/.exec(text)?.[1]).toBe('/notes')
    })

    it('does not go to another site when the form names one', async () => {
      const form = { email: sharedEmail, password: PASSWORD, next: '//evil.example/' }
      const after = await request(url).post('/login').type('form').send(form).expect(303)
      expect(locationOf(after)).toBe('/notes')
    })

    it('logs in with a cookie that scripts do not see and other sites do not send', async () => {
      const email = newEmail()
      const signup = await request(url)
        .post('/signup')
        .type('form')
        .send({ email: ` ${email.toUpperCase()} `, password: PASSWORD })
        .expect(303)
      expect(cookiesOf(signup)).toEqual([
        expect.stringMatching(/^sid=[^;]+; Path=\/; Expires=[^;]+; HttpOnly; SameSite=Lax$/),
      ])
      const cookie = cookiesOf(signup)[0]?.split(';')[0] ?? ''
      const { body } = await request(url).get('/api/me').set('Cookie', cookie).expect(200)
      expect(body).toMatchObject({ user: { email } })
    })

    it('makes the cookie Secure for who came over HTTPS', async () => {
      const secure = await startHttps(await createApp({ config: CONFIG, database, log() {} }))
      try {
        const agent = request.agent(secure.url, { ca: secure.ca })
        const form = { email: newEmail(), password: PASSWORD }
        const signup = await agent.post('/signup').type('form').send(form).expect(303)
        expect(cookiesOf(signup)[0]).toMatch(/; Secure\b/)
        const { body } = await agent.get('/api/me').expect(200)
        expect(body).toMatchObject({ protocol: 'https', user: { email: form.email } })
      } finally {
        await secure.close()
      }
    })

    it('refuses a wrong password and an unknown address in the same words', async () => {
      const email = newEmail()
      await newUser(email)
      const answers = await Promise.all(
        [email, newEmail()].map((one) =>
          request(url).post('/login').type('form').send({ email: one, password: 'wrong password' }),
        ),
      )
      for (const { status, text } of answers) {
        expect(status).toBe(401)
        expect(text).toContain('There is no account with this address and password.')
      }
      expect(answers.flatMap(cookiesOf)).toEqual([])
    })

    it('refuses an address that is taken, and what cannot be an account', async () => {
      const email = newEmail()
      await newUser(email)
      const signup = (form: object): request.Test =>
        request(url).post('/signup').type('form').send(form)
      await signup({ email, password: PASSWORD }).expect(409, /account with this address already/)
      await signup({ email: '<b>"', password: PASSWORD }).expect(400, /value="&lt;b&gt;&quot;"/)
      await signup({ email: newEmail(), password: 'short' }).expect(400, /at least 10 characters/)
      await signup({}).expect(400)
    })

    it('gives a new session id at each login, and none that a client made up counts', async () => {
      const email = newEmail()
      const agent = await newUser(email)
      const login = await agent.post('/login').type('form').send({ email, password: PASSWORD })
      const [first] = cookiesOf(login)
      const again = await agent.post('/login').type('form').send({ email, password: PASSWORD })
      const [second] = cookiesOf(again)
      expect(first?.split(';')[0]).not.toBe(second?.split(';')[0])
      const old = first?.split(';')[0] ?? ''
      await request(url).get('/api/me').set('Cookie', old).expect(401)
      await request(url).get('/api/me').set('Cookie', 'sid=s%3Amade-up.signature').expect(401)
    })

    it('ends the session at the logout, also for who kept the cookie', async () => {
      const email = newEmail()
      const agent = await newUser(email)
      const login = await agent.post('/login').type('form').send({ email, password: PASSWORD })
      const cookie = cookiesOf(login)[0]?.split(';')[0] ?? ''
      await request(url).get('/api/me').set('Cookie', cookie).expect(200)
      const logout = await agent.post('/logout').expect(303)
      expect(locationOf(logout)).toBe('/login')
      expect(cookiesOf(logout)).toEqual([
        expect.stringMatching(/^sid=; .*Expires=Thu, 01 Jan 1970/),
      ])
      await request(url).get('/api/me').set('Cookie', cookie).expect(401)
    })
  })

  describe('API', () => {
    it('makes, lists, shows, changes and removes notes', async () => {
      const agent = await newUser()
      const made = await agent
        .post('/api/notes')
        .send({ title: ' Groceries ', text: 'Äpfel, 100 % 🍏' })
        .expect(201)
      const note = made.body as { id: number }
      expect(note).toMatchObject({ title: 'Groceries', text: 'Äpfel, 100 % 🍏' })
      const path = `/api/notes/${note.id}`
      expect(locationOf(made)).toBe(path)

      const changed = await agent.patch(path).send({ text: 'Birnen' }).expect(200)
      expect(changed.body).toMatchObject({ title: 'Groceries', text: 'Birnen' })
      const shown = await agent.get(path).expect(200)
      expect(shown.body).toEqual({ ...changed.body, attachments: [] })
      await newNote(agent, { title: 'Another' })
      const { body } = await agent.get('/api/notes').expect(200)
      const titles = (body as { notes: { title: string }[] }).notes.map(({ title }) => title)
      expect(titles).toEqual(['Another', 'Groceries'])

      const removed = await agent.delete(path).expect(204)
      expect(removed.text).toBe('')
      await agent.get(path).expect(404)
      await agent.delete(path).expect(404)
    })

    it('finds notes by what is in them, in whatever case, with no wildcards', async () => {
      const agent = await newUser()
      await newNote(agent, { title: 'Fifty', text: '50% ÄPFEL' })
      await newNote(agent, { title: 'Five hundred', text: '500 pears' })
      const find = async (q: string, limit?: number): Promise<string[]> => {
        const { body } = await agent.get('/api/notes').query({ q, limit }).expect(200)
        return (body as { notes: { title: string }[] }).notes.map(({ title }) => title)
      }
      expect(await find('äpfel')).toEqual(['Fifty'])
      expect(await find('50%')).toEqual(['Fifty'])
      expect(await find('FI')).toEqual(['Five hundred', 'Fifty'])
      expect(await find('FI', 1)).toEqual(['Five hundred'])
      expect(await find("'; DROP TABLE notes; --")).toEqual([])
    })

    it.each([
      ['no title', { text: 'x' }, 'title'],
      ['a title of spaces', { title: '   ' }, 'title'],
      ['a long title', { title: 'x'.repeat(201) }, 'title'],
      ['a number for a text', { title: 'x', text: 1 }, 'text'],
      ['a NUL in the text', { title: 'x', text: 'a\0b' }, 'text'],
      ['a list', [], ''],
    ])('answers %s with 400 and the field', async (_what, note, field) => {
      const agent = shared
      const { body, headers } = await agent.post('/api/notes').send(note).expect(400)
      expect(headers['content-type']).toMatch(/^application\/problem\+json/)
      expect(body).toMatchObject({
        status: 400,
        title: 'Some fields are not right',
        issues: [{ field, message: expect.any(String) as unknown }],
      })
    })

    it('answers a change of nothing, or of what cannot be changed, with 400', async () => {
      const agent = shared
      const path = `/api/notes/${await newNote(agent)}`
      await agent.patch(path).send({}).expect(400)
      await agent.patch(path).send({ id: 1 }).expect(400)
      await agent.get('/api/notes?limit=1000').expect(400)
    })

    it('answers a body that is no JSON with 400, one too large with 413, none with 400', async () => {
      const agent = shared
      const post = (): request.Test => agent.post('/api/notes').type('json')
      const { body } = await post().send('{"title":').expect(400)
      expect(body).toMatchObject({ status: 400 })
      await post()
        .send({ title: 'x', text: 'x'.repeat(110_000) })
        .expect(413)
      await agent.post('/api/notes').expect(400)
    })

    it("shows nobody another user's notes and files", async () => {
      const owner = await newUser()
      const id = await newNote(owner)
      const { body } = await owner
        .post(`/api/notes/${id}/attachments`)
        .attach('file', PICTURE, 'a.png')
        .expect(201)
      const file = `/attachments/${(body as { id: number }).id}`
      await owner.get(file).expect(200)

      const other = await newUser()
      await other.get(`/api/notes/${id}`).expect(404)
      await other.patch(`/api/notes/${id}`).send({ title: 'mine' }).expect(404)
      await other.delete(`/api/notes/${id}`).expect(404)
      await other.post(`/api/notes/${id}/attachments`).attach('file', PICTURE, 'b.png').expect(404)
      await other.get(`/notes/${id}/pdf`).expect(404)
      await other.get(file).expect(404)
      expect(((await other.get('/api/notes')).body as { notes: unknown[] }).notes).toEqual([])
    })

    it('answers who is not logged in with 401, and what is not there with 404, in JSON', async () => {
      const anonymous = await request(url).get('/api/notes').expect(401)
      expect(anonymous.body).toEqual({ status: 401, title: 'Log in first' })
      const agent = shared
      for (const path of [
        '/api/nowhere',
        '/api/notes/0',
        '/api/notes/x',
        '/api/notes/99999999999',
      ]) {
        const { body } = await agent.get(path).expect(404)
        expect(body).toMatchObject({ status: 404 })
      }
    })

    it('answers with 304 when nothing has changed, and with the note when it has', async () => {
      const agent = shared
      const path = `/api/notes/${await newNote(agent)}`
      const { headers } = await agent.get(path).expect(200)
      const etag = headers['etag'] ?? 'none'
      const same = await agent.get(path).set('If-None-Match', etag).expect(304)
      expect(same.text).toBe('')
      await agent.patch(path).send({ title: 'New' }).expect(200)
      await agent.get(path).set('If-None-Match', etag).expect(200)
    })
  })

  describe('CORS', () => {
    const preflight = (origin: string): request.Test =>
      request(url)
        .options('/api/notes/1')
        .set({ Origin: origin, 'Access-Control-Request-Method': 'PATCH' })
        .set('Access-Control-Request-Headers', 'content-type')

    it('lets the pages of a listed origin use the API with their cookies', async () => {
      const origin = 'https://app.example.com'
      const { headers } = await preflight(origin).expect(204)
      expect(headers).toMatchObject({
        'access-control-allow-origin': origin,
        'access-control-allow-credentials': 'true',
        'access-control-allow-headers': 'content-type',
      })
      expect(headers['access-control-allow-methods']).toContain('PATCH')
      const agent = shared
      const answer = await agent.get('/api/me').set('Origin', origin).expect(200)
      expect(answer.headers).toMatchObject({ 'access-control-allow-origin': origin })
      expect(answer.headers['vary']).toMatch(/\bOrigin\b/i)
    })

    it('lets no others', async () => {
      const { headers } = await preflight('https://evil.example')
      expect(headers).not.toHaveProperty('access-control-allow-origin')
      const page = await request(url).get('/login').set('Origin', 'https://app.example.com')
      expect(page.headers).not.toHaveProperty('access-control-allow-origin')
    })
  })

  describe('files', () => {
    const everyByte = Buffer.from(Array.from({ length: 256 }, (_, byte) => byte))

    it.each([
      ['a picture', 'Ein Bild – 图.png', 'image/png', PICTURE],
      [
        'bytes of all kinds, near the limit',
        'data.bin',
        'application/octet-stream',
        randomBytes(700 * 1024),
      ],
      [
        'bytes that look like text at first',
        'data.txt',
        'text/plain',
        Buffer.concat([Buffer.from('text\r\n--'), everyByte]),
      ],
      ['an empty file', 'empty.txt', 'text/plain', Buffer.alloc(0)],
    ])('gives %s back as it was uploaded', async (_what, name, type, bytes) => {
      const agent = shared
      const id = await newNote(agent)
      const added = await agent
        .post(`/api/notes/${id}/attachments`)
        .field('comment', 'ignored')
        .attach('file', bytes, { filename: name, contentType: type })
        .expect(201)
      expect(added.body).toMatchObject({ name, type, size: bytes.length })

      const path = locationOf(added)
      const asIs = agent.get(path).set('Accept-Encoding', 'identity')
      const file = await asIs.buffer(true).parse(collect).expect(200)
      expect(bytes.equals(file.body as Buffer)).toBe(true)
      expect(file.headers['content-type']?.split(';')[0]).toBe(type)
      expect(file.headers['content-length']).toBe(String(bytes.length))
      const disposition = file.headers['content-disposition'] ?? ''
      expect(disposition).toMatch(/^attachment; filename=/)
      if (/[^ -~]/.test(name))
        expect(disposition).toContain(`filename*=UTF-8''${encodeURIComponent(name)}`)

      const again = agent.get(path).set('If-None-Match', file.headers['etag'] ?? 'none')
      expect((await again.expect(304)).text).toBe('')
      const { body } = await agent.get(`/api/notes/${id}`).expect(200)
      expect(body).toMatchObject({ attachments: [{ name, size: bytes.length }] })
    })

    it('answers a file that is too large with 413, and no file or two with 400', async () => {
      const agent = shared
      const upload = (id: number): request.Test => agent.post(`/api/notes/${id}/attachments`)
      const id = await newNote(agent)
      const { body } = await upload(id)
        .attach('file', Buffer.alloc(700 * 1024 + 1), 'x')
        .expect(413)
      expect(body).toEqual({ status: 413, title: 'File too large' })
      await upload(id).field('file', 'text').expect(400)
      await upload(id).attach('other', PICTURE, 'a.png').expect(400)
      await upload(id).attach('file', PICTURE, 'a.png').attach('file', PICTURE, 'b.png').expect(400)
      const note = await agent.get(`/api/notes/${id}`).expect(200)
      expect(note.body).toMatchObject({ attachments: [] })
    })

    it('uploads by the form of the page, and shows pictures there', async () => {
      const agent = shared
      const id = await newNote(agent)
      const sent = await agent
        .post(`/notes/${id}/attachments`)
        .attach('file', PICTURE, { filename: 'a"<b>.png', contentType: 'image/png' })
        .expect(303)
      expect(locationOf(sent)).toBe(`/notes/${id}`)
      const { text } = await agent.get(`/notes/${id}`).expect(200)
      const source = /<img src="(\/attachments\/\d+)"/.exec(text)?.[1] ?? ''
      expect(text).toContain('a&quot;&lt;b&gt;.png')
      const picture = await agent
        .get(source)
        .buffer(true)
        .parse(collect)
        .expect('content-type', 'image/png')
      expect(PICTURE.equals(picture.body as Buffer)).toBe(true)
    })

    it('makes a PDF of a note, the same bytes each time', async () => {
      const agent = shared
      const id = await newNote(agent, { title: 'Größe', text: 'line\n'.repeat(200) })
      const download = async (): Promise<request.Response> =>
        agent.get(`/notes/${id}/pdf`).buffer(true).parse(collect).expect(200)
      const { headers, body } = await download()
      expect(headers).toMatchObject({
        'content-type': 'application/pdf',
        'content-disposition': expect.stringMatching(
          /^attachment; filename="?note-\d+\.pdf"?$/,
        ) as unknown,
      })
      const pdf = body as Buffer
      expect(pdf.subarray(0, 5).toString('latin1')).toBe('%PDF-')
      expect(pdf.subarray(-6).toString('latin1')).toBe('%%EOF\n')
      // Two hundred lines do not fit on one page.
      expect(pdf.toString('latin1').match(/\/Type \/Page\b/g)?.length).toBeGreaterThan(1)
      expect(pdf.equals((await download()).body as Buffer)).toBe(true)
    })
  })

  describe('static files', () => {
    const style = (): string => `${url}/static/style.css`
    const picture = (): string => `${url}/static/notes.png`

    it('come with their type, an ETag, a date and how long they last', async () => {
      const { status, headers, body } = await get(picture())
      expect(status).toBe(200)
      expect(headers).toMatchObject({
        'content-type': 'image/png',
        'content-length': String(PICTURE.length),
        'accept-ranges': 'bytes',
        'cache-control': 'public, max-age=3600',
        etag: expect.stringMatching(/^W\/".+"$/) as unknown,
        'last-modified': expect.stringMatching(/ GMT$/) as unknown,
      })
      expect(body.equals(PICTURE)).toBe(true)
    })

    it('are 304 without a body for who has them', async () => {
      const { headers } = await get(picture())
      for (const condition of [
        { 'if-none-match': headers.etag },
        { 'if-modified-since': headers['last-modified'] },
      ]) {
        const same = await get(picture(), condition)
        expect([same.status, same.body.length]).toEqual([304, 0])
        expect(same.headers.etag).toBe(headers.etag)
      }
      expect((await get(picture(), { 'if-none-match': '"other"' })).status).toBe(200)
    })

    it.each([
      ['bytes=0-99', 0, 100],
      ['bytes=100-', 100, PICTURE.length],
      ['bytes=-10', PICTURE.length - 10, PICTURE.length],
    ])('come in the range %s', async (range, from, to) => {
      const { status, headers, body } = await get(picture(), { range })
      expect(status).toBe(206)
      expect(headers['content-range']).toBe(`bytes ${from}-${to - 1}/${PICTURE.length}`)
      expect(headers['content-length']).toBe(String(to - from))
      expect(body.equals(PICTURE.subarray(from, to))).toBe(true)
    })

    it('are 416 for a range beyond their end', async () => {
      const { status, headers } = await get(picture(), { range: 'bytes=999999-' })
      expect(status).toBe(416)
      expect(headers['content-range']).toBe(`bytes */${PICTURE.length}`)
    })

    it('come in a range of what is stored, also to who takes compression', async () => {
      const { status, headers, body } = await get(style(), {
        range: 'bytes=10-19',
        'accept-encoding': 'gzip, br',
      })
      expect(status).toBe(206)
      expect(headers).not.toHaveProperty('content-encoding')
      expect(body.equals(STYLE.subarray(10, 20))).toBe(true)
    })

    it('have a head without a body', async () => {
      const { status, headers, text } = await request(url).head('/static/notes.png')
      expect([status, headers['content-length'], text]).toEqual([
        200,
        String(PICTURE.length),
        undefined,
      ])
    })

    it('stay in their folder', async () => {
      for (const path of [
        '/static/../views/login.eta',
        '/static/%2e%2e/views/login.eta',
        '/static/',
      ]) {
        expect((await get(url + path)).status).toBe(404)
      }
    })
  })

  describe('compression', () => {
    it.each([
      ['gzip', gunzipSync],
      ['br', brotliDecompressSync],
    ])('is %s for who takes it', async (encoding, decompress) => {
      const { headers, body } = await get(`${url}/static/style.css`, {
        'accept-encoding': encoding,
      })
      expect(headers['content-encoding']).toBe(encoding)
      expect(headers.vary).toMatch(/\bAccept-Encoding\b/i)
      expect(body.length).toBeLessThan(STYLE.length / 2)
      expect(decompress(body).equals(STYLE)).toBe(true)
    })

    it('is none for who takes none, and for a picture', async () => {
      const plain = await get(`${url}/static/style.css`, { 'accept-encoding': 'identity' })
      expect(plain.headers).not.toHaveProperty('content-encoding')
      expect(plain.body.equals(STYLE)).toBe(true)
      const picture = await get(`${url}/static/notes.png`, { 'accept-encoding': 'gzip, br' })
      expect(picture.headers).not.toHaveProperty('content-encoding')
    })

    it('is there for JSON and pages too', async () => {
      const agent = shared
      const id = await newNote(agent, { title: 'Long', text: 'é'.repeat(5_000) })
      const api = await agent.get(`/api/notes/${id}`).set('Accept-Encoding', 'gzip').expect(200)
      expect(api.headers['content-encoding']).toBe('gzip')
      expect(api.body).toMatchObject({ text: 'é'.repeat(5_000) })
      const page = await agent.get(`/notes/${id}`).set('Accept-Encoding', 'gzip').expect(200)
      expect(page.headers['content-encoding']).toBe('gzip')
      expect(page.text).toContain('é'.repeat(5_000))
    })
  })

  describe('pages', () => {
    it('show what was written, and run none of it', async () => {
      const agent = shared
      const evil = '<script>alert("1 & 2")</script>'
      const sent = await agent
        .post('/notes')
        .type('form')
        .send({ title: evil, text: evil })
        .expect(303)
      for (const path of ['/notes', locationOf(sent)]) {
        const { text } = await agent
          .get(path)
          .expect(200)
          .expect('content-type', 'text/html; charset=utf-8')
        expect(text).toContain('&lt;script&gt;alert(&quot;1 &amp; 2&quot;)&lt;/script&gt;')
        expect(text).not.toContain('<script')
        expect(text).toMatch(/^<!doctype html>/)
        expect(text).toContain('action="/logout"')
      }
    })

    it('find notes, and take them away', async () => {
      const agent = await newUser()
      const id = await newNote(agent, { title: 'Needle' })
      await newNote(agent, { title: 'Hay' })
      const { text } = await agent.get('/notes').query({ q: 'needle' }).expect(200)
      expect([text.includes('Needle'), text.includes('Hay')]).toEqual([true, false])
      expect(locationOf(await agent.post(`/notes/${id}/delete`).expect(303))).toBe('/notes')
      expect((await agent.get('/notes')).text).not.toContain('Needle')
    })

    it.each([
      ['/', 302, '/notes'],
      ['/n/12', 301, '/notes/12'],
    ])('redirect %s with %i', async (path, status, to) => {
      expect(locationOf(await request(url).get(path).expect(status))).toBe(to)
    })

    it('say what is wrong with a form, and that a page is not there', async () => {
      const agent = shared
      await agent
        .post('/notes')
        .type('form')
        .send({ title: '' })
        .expect(400, /<b>title<\/b>/)
      for (const path of ['/nowhere', '/notes/99999999', '/notes/x', '/attachments/99999999']) {
        await agent
          .get(path)
          .expect(404, /Error 404/)
          .expect('content-type', /^text\/html/)
      }
      await agent.get('/%E0%A4%A/notes/%zz').expect(404)
    })

    it('carry the headers that protect them', async () => {
      const { headers } = await request(url).get('/login').expect(200)
      expect(headers).toMatchObject({
        'content-security-policy': expect.stringContaining("script-src 'self'") as unknown,
        'strict-transport-security': expect.stringContaining('max-age=') as unknown,
        'x-content-type-options': 'nosniff',
        'x-frame-options': 'SAMEORIGIN',
      })
      expect(headers['content-security-policy']).not.toContain('upgrade-insecure-requests')
      expect(headers).not.toHaveProperty('x-powered-by')
    })
  })

  describe('what fails', () => {
    it.each([
      [
        '/api/notes',
        'application/problem+json',
        '{"status":500,"title":"Something went wrong on our side"}',
      ],
      ['/notes', 'text/html', 'Something went wrong on our side'],
    ])('at %s is 500, without the reason, which is on the console', async (path, type, text) => {
      const agent = shared
      const report = vi.spyOn(console, 'error').mockReturnValue()
      refused = /FROM notes/
      const answer = await agent.get(path).expect(500)
      expect(answer.headers['content-type']?.split(';')[0]).toBe(type)
      expect(answer.text).toContain(text)
      expect(answer.text).not.toContain('10.1.2.3')
      expect(report).toHaveBeenCalledExactlyOnceWith(
        `GET ${path} failed:`,
        expect.objectContaining({ message: 'connection to 10.1.2.3 lost' }),
      )
      refused = undefined
      await agent.get(path).expect(200)
    })

    it('in the session or the rate limit is 500 too, and leaves nobody logged in', async () => {
      vi.spyOn(console, 'error').mockReturnValue()
      const agent = shared
      for (const table of [/FROM sessions/, /INTO rate_limits/]) {
        refused = table
        await agent.get('/api/me').expect(500)
      }
      refused = /INTO sessions/
      const form = { email: newEmail(), password: PASSWORD }
      await request(url).post('/signup').type('form').send(form).expect(500)
    })
  })

  describe('rate limit', () => {
    async function startLimited(limits: Partial<Config>): Promise<string> {
      const config = { ...CONFIG, ...limits }
      const started = await start(await createApp({ config, database, log() {} }))
      onTestFinished(() => started.close())
      return started.url
    }

    const from = (client: string): Record<string, string> => ({ 'X-Forwarded-For': client })

    it('lets each client do so much, wherever its requests are served', async () => {
      // Two processes, or two execution environments, with one database.
      const places = [
        await startLimited({ apiRequestsPerMinute: 3 }),
        await startLimited({ apiRequestsPerMinute: 3 }),
      ]
      const ask = (client: string, index = 0): request.Test =>
        request(places[index]!).get('/api/me').set(from(client))
      const statuses: number[] = []
      for (const index of [0, 1, 0, 1]) statuses.push((await ask(address(1), index)).status)
      expect(statuses).toEqual([401, 401, 401, 429])

      const { headers, body } = await ask(address(1)).expect(429)
      expect(body).toMatchObject({ status: 429, title: 'Too many requests; try again later' })
      expect(Number(headers['retry-after'])).toBeGreaterThan(0)
      expect(headers['ratelimit']).toMatch(/r=0; t=\d+/)
      const other = await ask(address(2)).expect(401)
      expect(other.headers['ratelimit']).toMatch(/r=2; t=\d+/)
      await request(places[0]!)
        .get('/health')
        .set(from(address(1)))
        .expect(200)
    })

    it('slows down who tries passwords', async () => {
      const limited = await startLimited({ loginsPerQuarterHour: 2 })
      const email = newEmail()
      await newUser(email)
      const login = (client: string, password: string): request.Test =>
        request(limited).post('/login').type('form').set(from(client)).send({ email, password })
      await login(address(3), 'wrong password').expect(401)
      await login(address(3), 'wrong password too').expect(401)
      await login(address(3), PASSWORD).expect(429, /Too many requests/)
      await login(address(4), PASSWORD).expect(303)
    })

    it('believes only a load balancer, so a client cannot pass for many', async () => {
      const limited = await startLimited({ trustProxy: 'uniquelocal', apiRequestsPerMinute: 2 })
      // The rows of the other ways: all are asked from 127.0.0.1.
      await database.query('DELETE FROM rate_limits')
      const statuses: number[] = []
      for (const host of [5, 6, 7]) {
        const { status } = await request(limited)
          .get('/api/me')
          .set(from(address(host)))
        statuses.push(status)
      }
      expect(statuses).toEqual([401, 401, 429])
    })
  })

  describe('request log', () => {
    it('has a line for each request, with the client as the app sees it', async () => {
      log.length = 0
      const trace = 'Root=1-67891233-abcdef012345678912345678'
      await request(url)
        .get('/static/notes.png?a=1')
        .set({ 'X-Forwarded-For': address(8), 'X-Amzn-Trace-Id': trace })
        .expect(200)
      await vi.waitFor(() => {
        expect(log).toHaveLength(1)
      })
      expect(log[0]).toMatch(/\n$/)
      expect(JSON.parse(log[0]!)).toEqual({
        time: expect.stringMatching(/^\d{4}-.*Z$/) as unknown,
        ip: address(8),
        method: 'GET',
        url: '/static/notes.png?a=1',
        status: 200,
        bytes: PICTURE.length,
        ms: expect.any(Number) as unknown,
        trace: expect.stringContaining(trace) as unknown,
      })
      await request(url).get('/health')
      expect(log).toHaveLength(1)
    })
  })
})

type Parser = Parameters<request.Test['parse']>[0]

/** Keeps a body as bytes, whatever its type. */
const collect: Parser = (response, done) => {
  const chunks: Buffer[] = []
  response.on('data', (chunk: string | Buffer) => {
    chunks.push(typeof chunk === 'string' ? Buffer.from(chunk, 'latin1') : chunk)
  })
  response.on('end', () => {
    done(null, Buffer.concat(chunks))
  })
}
