import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { SessionData } from 'express-session'
import { afterAll, beforeAll, describe, expect, it, onTestFinished, vi } from 'vitest'
import { readConfig } from '../../../packages/examples/service/src/config.js'
import type { Database } from '../../../packages/examples/service/src/db/database.js'
import { migrate } from '../../../packages/examples/service/src/db/migrate.js'
import { openDatabase } from '../../../packages/examples/service/src/db/open.js'
import { startPglite } from '../../../packages/examples/service/src/db/pglite.js'
import { connectToPostgres } from '../../../packages/examples/service/src/db/postgres.js'
import { DatabaseRateLimitStore } from '../../../packages/examples/service/src/middleware/rate-limit-store.js'
import { DatabaseSessionStore } from '../../../packages/examples/service/src/session/session-store.js'
import { createSchema, DATABASE_URL, type PostgresSchema } from './test-database.js'

const FILES = ['001-users-and-sessions.sql', '002-notes.sql', '003-rate-limits.sql']

interface Kind {
  readonly kind: Database['kind']
  readonly open: () => Promise<Database>
}

let schema: PostgresSchema | undefined

const KINDS: Kind[] = [{ kind: 'pglite', open: startPglite }]
if (DATABASE_URL === undefined) {
  console.log('Not tested against a Postgres server: DATABASE_URL is not set')
} else {
  const url = DATABASE_URL
  KINDS.push({
    kind: 'postgres',
    async open() {
      schema = await createSchema(url)
      return connectToPostgres(schema.url, 4)
    },
  })
}

describe.each(KINDS)('the database, $kind', ({ kind, open }) => {
  let database: Database

  beforeAll(async () => {
    database = await open()
  }, 60_000)

  afterAll(async () => {
    await database.close()
    if (kind === 'postgres') await schema?.drop()
  })

  describe('migrations', () => {
    it('run once each, in order, however many processes start at the same time', async () => {
      const runs = await Promise.all([migrate(database), migrate(database), migrate(database)])
      expect(runs.toSorted((a, b) => b.length - a.length)).toEqual([FILES, [], []])
      expect(await migrate(database)).toEqual([])
      const rows = await database.query<{ name: string }>(
        'SELECT name FROM migrations ORDER BY name',
      )
      expect(rows.map(({ name }) => name)).toEqual(FILES)
    })

    it('leave nothing behind when one of them fails, and run when it is mended', async () => {
      const folder = await mkdtemp(join(tmpdir(), 'migrations-'))
      onTestFinished(() => rm(folder, { recursive: true }))
      await writeFile(join(folder, 'README.md'), 'no SQL')
      await writeFile(
        join(folder, '010-first.sql'),
        'CREATE TABLE one (id int); CREATE TABLE two (id int);',
      )
      await writeFile(
        join(folder, '011-second.sql'),
        'CREATE TABLE three (id int); SELECT nothing;',
      )
      await expect(migrate(database, folder)).rejects.toThrow(/nothing/)
      await expect(database.query('SELECT * FROM one')).rejects.toThrow(/one/)
      await writeFile(join(folder, '011-second.sql'), 'CREATE TABLE three (id int);')
      expect(await migrate(database, folder)).toEqual(['010-first.sql', '011-second.sql'])
      expect(await database.query('SELECT * FROM two')).toEqual([])
    })
  })

  it('gives values back as they were, and the same types everywhere', async () => {
    const bytes = Buffer.from([0, 255, 39, 92, 10])
    const [row] = await database.query<Record<string, unknown>>(
      `SELECT $1::bytea AS bytes, $2::text AS text, $3::int AS number, $4::jsonb AS json,
       $5::text AS nothing, '2026-11-22T12:00:00Z'::timestamptz AS time`,
      [bytes, `'"\\ é 🍏`, 7, JSON.stringify({ a: [1, null] }), undefined],
    )
    expect(Buffer.from(row?.['bytes'] as Uint8Array)).toEqual(bytes)
    expect(row).toMatchObject({
      text: `'"\\ é 🍏`,
      number: 7,
      json: { a: [1, null] },
      nothing: null,
      time: new Date('2026-11-22T12:00:00Z'),
    })
  })

  it('keeps what a transaction did only when it succeeds', async () => {
    await database.query('CREATE TABLE counted (n int)')
    const add = async (n: number, error?: Error): Promise<string> =>
      database.transaction(async (transaction) => {
        await transaction.query('INSERT INTO counted VALUES ($1)', [n])
        if (error !== undefined) throw error
        return `added ${n}`
      })
    expect(await add(1)).toBe('added 1')
    const error = new Error('changed my mind')
    await expect(add(2, error)).rejects.toBe(error)
    // A statement that fails inside takes all with it, and the connection can be used again.
    await expect(
      database.transaction(async (transaction) => {
        await transaction.query('INSERT INTO counted VALUES (3)')
        await transaction.query('SELECT nothing')
      }),
    ).rejects.toThrow(/nothing/)
    expect(await Promise.all([add(4), add(5)])).toEqual(['added 4', 'added 5'])
    expect(await database.query('SELECT n FROM counted ORDER BY n')).toEqual([
      { n: 1 },
      { n: 4 },
      { n: 5 },
    ])
  })

  describe('sessions', () => {
    const sessionFor = (ms: number): SessionData => ({
      cookie: { originalMaxAge: ms, expires: new Date(Date.now() + ms), path: '/' },
      user: { id: 1, email: 'a@example.com' },
    })

    const call = async <T>(
      run: (done: (error?: unknown, value?: T) => void) => void,
    ): Promise<T | undefined> =>
      new Promise((resolve, reject) => {
        run((error, value) => {
          if (error instanceof Error) reject(error)
          else resolve(value)
        })
      })

    it('are stored, prolonged and destroyed', async () => {
      const store = new DatabaseSessionStore(database)
      const read = async (id: string): Promise<unknown> =>
        call((done) => {
          store.get(id, done)
        })
      expect(await read('one')).toBeNull()
      await call((done) => {
        store.set('one', sessionFor(60_000), done)
      })
      expect(await read('one')).toMatchObject({ user: { id: 1, email: 'a@example.com' } })
      await call((done) => {
        store.touch('one', sessionFor(7_200_000), done)
      })
      const rows = await database.query<{ long: boolean }>(
        "SELECT expires_at > now() + interval '1 hour' AS long FROM sessions WHERE id = 'one'",
      )
      expect(rows).toEqual([{ long: true }])
      await call((done) => {
        store.destroy('one', done)
      })
      expect(await read('one')).toBeNull()
    })

    it('that have expired are not found, and go when another is stored', async () => {
      const store = new DatabaseSessionStore(database)
      await call((done) => {
        store.set('new', sessionFor(60_000), done)
      })
      await database.query("INSERT INTO sessions VALUES ('old', '{}', now() - interval '1 second')")
      expect(
        await call((done) => {
          store.get('old', done)
        }),
      ).toBeNull()
      await call((done) => {
        store.set('new', sessionFor(60_000), done)
      })
      const rows = await database.query('SELECT id FROM sessions ORDER BY id')
      expect(rows).toEqual([{ id: 'new' }])
    })

    it('tell of a database that fails', async () => {
      const store = new DatabaseSessionStore({
        ...database,
        query: () => Promise.reject(new Error('connection lost')),
      })
      await expect(
        call((done) => {
          store.get('one', done)
        }),
      ).rejects.toThrow('connection lost')
    })
  })

  describe('rate limits', () => {
    function createStore(prefix: string, windowMs: number): DatabaseRateLimitStore {
      const store = new DatabaseRateLimitStore(database, prefix)
      // Of the middleware's options it reads only this one.
      store.init({ windowMs } as Parameters<typeof store.init>[0])
      return store
    }

    it('count every request, also those of the same moment in several processes', async () => {
      const stores = [createStore('a:', 60_000), createStore('a:', 60_000)]
      const counts = await Promise.all(
        Array.from({ length: 10 }, (_, index) => stores[index % 2]!.increment('203.0.113.7')),
      )
      const hits = counts.map(({ totalHits }) => totalHits)
      expect(hits.toSorted((a, b) => a - b)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10])
      const resets = new Set(counts.map(({ resetTime }) => resetTime?.getTime()))
      expect(resets.size).toBe(1)
      const [reset = 0] = resets
      expect(reset - Date.now()).toBeGreaterThan(30_000)
      expect(reset - Date.now()).toBeLessThan(90_000)
      expect((await stores[0]!.increment('203.0.113.8')).totalHits).toBe(1)
      expect((await createStore('b:', 60_000).increment('203.0.113.7')).totalHits).toBe(1)
    })

    it('begin again when their time is over, and leave no rows behind', async () => {
      const store = createStore('c:', 60_000)
      await store.increment('one')
      await store.increment('two')
      await store.decrement('one')
      expect((await store.increment('one')).totalHits).toBe(1 + 0)
      await database.query(
        "UPDATE rate_limits SET resets_at = now() - interval '1 second' WHERE key LIKE 'c:%'",
      )
      const { totalHits, resetTime } = await store.increment('one')
      expect(totalHits).toBe(1)
      expect(resetTime?.getTime()).toBeGreaterThan(Date.now())
      const rows = await database.query("SELECT key FROM rate_limits WHERE key LIKE 'c:%'")
      expect(rows).toEqual([{ key: 'c:one' }])
      await store.resetKey('one')
      expect((await store.increment('one')).totalHits).toBe(1)
    })
  })
})

describe.skipIf(DATABASE_URL === undefined)('the pool of connections to a server', () => {
  it('survives the end of a connection at rest', async () => {
    const report = vi.spyOn(console, 'error').mockReturnValue()
    const database = connectToPostgres(DATABASE_URL!, 1)
    const other = connectToPostgres(DATABASE_URL!, 1)
    onTestFinished(async () => {
      await database.close()
      await other.close()
    })
    const [row] = await database.query<{ pid: number }>('SELECT pg_backend_pid() AS pid')
    await other.query('SELECT pg_terminate_backend($1)', [row?.pid])
    await vi.waitFor(() => {
      expect(report).toHaveBeenCalledOnce()
    })
    expect(await database.query('SELECT 1 AS one')).toEqual([{ one: 1 }])
  })
})

describe('a database server that is not there', () => {
  it('is an error when the service starts', async () => {
    const databaseUrl = 'postgres://nobody@127.0.0.1:1/none'
    await expect(openDatabase({ databaseUrl, databasePoolSize: 1 })).rejects.toThrow(/ECONNREFUSED/)
  })
})

describe('the configuration', () => {
  const SESSION_SECRET = 'x'.repeat(32)
  const DATABASE = 'postgres://user:secret@db.example.com:5432/notes'

  it('needs nothing for a first try, and its secret is not the same twice', () => {
    const [one, two] = [readConfig({}), readConfig({ DATABASE_URL: '', SESSION_SECRET: '' })]
    expect(one).toMatchObject({
      databaseUrl: undefined,
      trustProxy: 'uniquelocal',
      corsOrigins: [],
    })
    expect(one.sessionSecret).not.toBe(two.sessionSecret)
  })

  it('reads the environment', () => {
    const env = {
      DATABASE_URL: DATABASE,
      DATABASE_POOL_SIZE: '2',
      SESSION_SECRET,
      TRUST_PROXY: '10.0.0.0/16',
      CORS_ORIGINS: 'https://a.example, https://b.example,',
      API_REQUESTS_PER_MINUTE: '5',
      LOGINS_PER_QUARTER_HOUR: '3',
    }
    expect(readConfig(env)).toEqual({
      databaseUrl: DATABASE,
      databasePoolSize: 2,
      sessionSecret: SESSION_SECRET,
      trustProxy: '10.0.0.0/16',
      corsOrigins: ['https://a.example', 'https://b.example'],
      apiRequestsPerMinute: 5,
      loginsPerQuarterHour: 3,
    })
  })

  it.each([
    [{ DATABASE_URL: DATABASE }, /SESSION_SECRET/],
    [{ DATABASE_URL: 'mysql://db', SESSION_SECRET }, /DATABASE_URL/],
    [{ SESSION_SECRET: 'short' }, /SESSION_SECRET/],
    [{ API_REQUESTS_PER_MINUTE: 'many' }, /API_REQUESTS_PER_MINUTE/],
    [{ DATABASE_POOL_SIZE: '0' }, /DATABASE_POOL_SIZE/],
  ])('refuses %o, naming the variable', (env, name) => {
    expect(() => readConfig(env)).toThrow(name)
  })
})
