import { join } from 'node:path'
import { transform } from 'esbuild'
import { describe, expect, it } from 'vitest'
import { readApp } from '../../../packages/local-alb/src/doctor/reading/read-app.js'
import { createFolder } from '../../helpers/folder.js'

/** What reading one source finds, as `kind line`. */
async function read(source: string, name = 'app.ts', trustsNoProxy = false): Promise<string[]> {
  const folder = createFolder({ [name]: source })
  const { observations } = await readApp(join(folder, name), trustsNoProxy)
  return observations.map(({ kind, place }) => `${kind} ${place?.line}`)
}

describe('reading an app finds', () => {
  it.each([
    ['memory-session', `import session from 'express-session'\nuse(session({ secret: 'x' }))`],
    ['memory-session', `const session = require('express-session')\nnew session.MemoryStore()`],
    ['memory-session', `import make from 'memorystore'\nmake(session)`],
    ['memory-rate-limit', `import limit from 'express-rate-limit'\nlimit({ max: 1 })`],
    ['memory-rate-limit', `import { rateLimit } from 'express-rate-limit'\nrateLimit()`],
    ['memory-rate-limit', `const { rateLimit: limit } = require('express-rate-limit')\nlimit({})`],
    [
      'memory-rate-limit',
      `import { RateLimiterMemory } from 'rate-limiter-flexible'\nnew RateLimiterMemory({ points: 1 })`,
    ],
    ['memory-cache', `import NodeCache = require('node-cache')\nnew NodeCache({ stdTTL: 1 })`],
    ['memory-cache', `import { LRUCache as Cache } from 'lru-cache'\nnew Cache({ max: 1 })`],
    ['upgrade', `import { Server } from 'socket.io'\nnew Server(server)`],
    ['upgrade', `const WebSocket = require('ws')\nnew WebSocket.Server({ port: 1 })`],
    ['upgrade', `import ws from 'express-ws'\nws(app)`],
    [
      'upgrade',
      `import * as http from 'node:http'; const server = http.createServer()\nserver.on('upgrade', f)`,
    ],
    ['event-stream', `\nres.setHeader('Content-Type', 'text/event-stream; charset=utf-8')`],
    ['event-stream', `\nres.type('text/event-stream')`],
    [
      'event-stream',
      `const headers = { 'Content-Type': 'text/event-stream' }\nres.writeHead(200, headers)`,
    ],
    ['cluster', `import * as cluster from 'cluster'\ncluster.default.fork()`],
    ['cluster', `import cluster from 'cluster'\nif (cluster.isPrimary) cluster.fork()`],
    ['child-process', `import { spawn } from 'child_process'\nspawn('git')`],
    [
      'child-process',
      `import { exec } from 'node:child_process'; import { promisify } from 'util'\nconst run = promisify(exec)`,
    ],
    ['child-process', `async function run() {\nreturn (await import('execa')).execa('git') }`],
    ['child-process', `import puppeteer from 'puppeteer'\nawait puppeteer.launch()`],
    ['timer', `import cron from 'node-cron'\ncron.schedule('* * * * *', f)`],
    ['timer', `import { CronJob } from 'cron'\nnew CronJob('* * * * *', f)`],
    ['timer', `import { Worker } from 'bullmq'\nnew Worker('queue', f)`],
    ['signal', `import { on } from 'events'\nprocess.once('SIGTERM', f)`],
    ['write', `import fs from 'fs'\nfs.promises.writeFile('./x.txt', 'x')`],
    ['write', `import { createWriteStream } from 'fs'\ncreateWriteStream('/var/log/app.log')`],
    [
      'write',
      `import fs from 'fs'; import path from 'path'; const dir = path.join(__dirname, 'data')\nfs.rmSync(path.resolve(dir, name))`,
    ],
    ['write', 'import fs from "fs"\nfs.writeFileSync(`${process.cwd()}/out/${name}`, "")'],
    [
      'write',
      `import fs from 'node:fs'\nfs.writeFileSync(new URL('./x.txt', import.meta.url), '')`,
    ],
    ['write', `import fse from 'fs-extra'\nfse.outputJson('x.json', {})`],
    ['write', `import multer from 'multer'\nmulter({ dest: 'uploads/' })`],
    ['write', `import winston from 'winston'\nnew winston.transports.File({ filename: 'a.log' })`],
    ['write', `import Database from 'better-sqlite3'\nnew Database('app.db')`],
    ['repeated-query', `\nif (Array.isArray(req.query.tag)) f()`],
    ['memory-state', `const all = []; app.post('/', (req, res) => {\nall.push(1) })`],
    ['memory-state', `const all = new Set(); router.use((req, res, next) => {\nall.add(1) })`],
    ['memory-state', `let hits = 0; router.route('/').get(async (req, res) => {\nhits += 1 })`],
    ['memory-state', `const by = {}; const add = (req, res) => {\nby[req.ip] = 1 }`],
    [
      'memory-state',
      `const all = new Map(); app.get('/', list); function list() {\nall.delete(1) }`,
    ],
  ])('%s in %s', async (kind, source) => {
    expect(await read(source)).toEqual([`${kind} 2`])
  })

  it('trust-proxy only where the app sets none', async () => {
    const source = `app.get('/', (req, res) => {\nres.send(req.ip) })`
    expect(await read(source, 'app.ts', true)).toEqual(['trust-proxy 2'])
    expect(await read(source)).toEqual([])
  })

  it('what stands in a file that the app imports, but not in a package', async () => {
    const folder = createFolder({
      'app.mts': `import './routes/a.js'\nimport 'some-package'\nimport './style.css'`,
      'routes/a.ts': `import { spawn } from 'node:child_process'\n\nspawn('git')`,
      'style.css': 'a { color: red }',
      'node_modules/some-package/index.js': `require('child_process').spawn('git')`,
    })
    const { observations, files } = await readApp(join(folder, 'app.mts'), false)
    expect(observations).toEqual([
      {
        kind: 'child-process',
        what: 'child_process starts another program',
        severity: undefined,
        place: { file: join(folder, 'routes/a.ts'), line: 3, column: 1 },
      },
    ])
    expect(files).toBe(2)
  })

  it('the place in the source that a compiled file was made from', async () => {
    const source = `type A = string\n\ninterface B {\n  a: A\n}\nimport { spawn } from 'node:child_process'\n\nexport const run = (): unknown => spawn('git')\n`
    const folder = createFolder({ 'src/app.ts': source })
    const { code, map } = await transform(source, {
      loader: 'ts',
      sourcemap: 'external',
      sourcefile: '../src/app.ts',
    })
    const files = { 'app.js': `${code}//# sourceMappingURL=app.js.map\n`, 'app.js.map': map }
    const dist = createFolder(files)
    const inline = `data:application/json;base64,${Buffer.from(
      map.replace('../src/app.ts', join(folder, 'src/app.ts')),
    ).toString('base64')}`
    const inlined = createFolder({ 'app.js': `${code}//# sourceMappingURL=${inline}\n` })

    const [found] = (await readApp(join(inlined, 'app.js'), false)).observations
    expect(found?.place).toEqual({ file: join(folder, 'src/app.ts'), line: 8, column: 35 })
    // A source that is not there helps nobody.
    const [missing] = (await readApp(join(dist, 'app.js'), false)).observations
    expect(missing?.place?.file).toBe(join(dist, 'app.js'))
  })

  it('nothing in what it cannot parse, and does not fail', async () => {
    expect(await read('const = 1')).toEqual([])
    expect(await read(`import './missing.js'\nimport x from 'not-installed'\nx()`)).toEqual([])
  })
})

describe('reading an app finds nothing in', () => {
  it.each([
    `import session from 'express-session'\nuse(session({ secret: 'x', store: new Store() }))`,
    `import session from 'express-session'\nuse(session({ ...options, secret: 'x' }))`,
    `import session from 'express-session'\nuse(session(options()))`,
    `import session from 'express-session'\nconst o = {}; if (a) o.store = b\nuse(session(o))`,
    `import limit from 'express-rate-limit'\nconst store = redis(); limit({ store })`,
    // Other things of the same name.
    `function rateLimit() {}\nrateLimit({ max: 1 })`,
    `import { spawn } from 'child_process'\nfunction f(spawn) { spawn('git') }`,
    `import { spawn } from './processes.js'\nspawn('git')`,
    `class LRUCache {}\nnew LRUCache()`,
    `import ws from 'ws'\nnew ws('wss://example.com')`,
    `import { io } from 'socket.io-client'\nio()`,
    `import { request } from 'http'\nrequest('http://a').on('upgrade', f)`,
    // Words alone.
    `// res.type('text/event-stream')\nconst text = "cluster.fork()"`,
    `fetch(url, { headers: { accept: 'text/event-stream' } })`,
    `emitter.on('SIGTERM', f)`,
    `import fs from 'fs'\nfs.writeFileSync('/tmp/x.txt', '')`,
    `import fs from 'fs'; import os from 'os'; import { join } from 'path'\nfs.mkdirSync(join(os.tmpdir(), 'x'))`,
    `import fs from 'fs'; import os from 'os'\nfs.writeFileSync(\`\${os.tmpdir()}/x\`, '')`,
    `import fs from 'fs'\nfs.writeFileSync(process.env.FILE, '')`,
    `import fs from 'fs'\nfs.readFileSync('./x.txt'); fs.openSync('./x.txt', 'r')`,
    `import Database from 'better-sqlite3'\nnew Database(':memory:')`,
    `import multer from 'multer'\nmulter({ storage: multer.memoryStorage() })`,
    // State that is not changed by requests, is made once, or is one request's own.
    `const all = new Map()\nexport function register(name, f) { all.set(name, f) }\nregister('a', f)`,
    `let pool\napp.get('/', async (req, res) => { pool ??= await connect() })`,
    `const seen = new WeakMap()\napp.use((req, res, next) => { seen.set(req, 1) })`,
    `app.get('/', (req, res) => { const all = new Map(); all.set(1, 2) })`,
    `const all = new Map()\napp.get('/', (req, res) => { const all = new Map(); all.set(1, 2) })`,
    `const table = { a: 1 }\napp.get('/', (req, res) => { res.json(table.a) })`,
    `const params = new Map()\nclient.get('key', () => { params.set(1, 2) })`,
    `Array.isArray(req.body); Array.isArray(query.tag)`,
  ])('%s', async (source) => {
    expect(await read(source)).toEqual([])
  })
})
