import { createHash } from 'node:crypto'
import { cpSync, existsSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it, vi } from 'vitest'
import { createFolder } from '../../helpers/folder.js'
import {
  answerOf,
  build,
  createProject,
  type Files,
  handlerOf,
  installed,
  link,
  linkAdapter,
} from './project.js'

vi.setConfig({ testTimeout: 60_000 })

const service: Files = {
  'src/lambda.ts': `import { createHandler } from 'express-alb'
import { app } from './web/app.js'
export const handler = createHandler(app)\n`,
  'src/web/app.ts': `import { readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import express from 'express'
import legacy from 'legacy'
import settings from '../settings.json'
const __dirname = dirname(fileURLToPath(import.meta.url))
const sql = readFileSync(new URL('../../migrations/001.sql', import.meta.url), 'utf8')
export const app = express()
app.set('view engine', 'ejs').set('views', join(__dirname, '..', 'views'))
app.use('/static', express.static(join(__dirname, '../../public')))
app.get('/page', (_req, res) => { res.render('page', { name: 'you' }) })
app.get('/', (_req, res) => {
  res.json({ sql: sql.trim(), json: settings.colour, legacy: legacy.banner() })
})\n`,
  'src/settings.json': '{ "colour": "green" }',
  'src/views/page.ejs': 'Hello <%= name %>',
  'migrations/001.sql': 'CREATE TABLE a ();\n',
  'public/deep/a.txt': 'a static file',
  ...installed('legacy', {
    'index.js': `'use strict'
const path = require('path'), fs = require('fs')
exports.banner = () => fs.readFileSync(__dirname + '/data/banner.txt', 'utf8') + path.posix.join('a', 'b')\n`,
    'data/banner.txt': 'banner ',
    'data/unused.txt': 'unused',
  }),
  // A view engine: loaded by Express, by its name, with a package that it needs itself.
  ...installed(
    'ejs',
    {
      'index.js': `const { fill } = require('fill'), fs = require('fs')
exports.__express = (file, data, done) => done(null, fill(fs.readFileSync(file, 'utf8'), data))\n`,
    },
    { dependencies: { fill: '1' } },
  ),
  ...installed('fill', {
    'index.js': `exports.fill = (text, data) => text.replace(/<%= (\\w+) %>/g, (_, name) => data[name])\n`,
  }),
}

function createService(): string {
  const project = createProject(service)
  link(project, 'express')
  linkAdapter(project)
  return project
}

describe('a build', () => {
  it('brings views, static files, SQL, JSON and CommonJS to where there is nothing else', async () => {
    const project = createService()
    const built = await build(project)
    expect(built.verification).toMatchObject({ kind: 'answered', status: 200 })
    expect(built.warnings).toEqual([])
    // Away from the project, which is gone.
    const folder = createFolder()
    cpSync(built.folder, folder, { recursive: true })
    rmSync(project, { recursive: true })
    expect(JSON.parse(String(await answerOf(folder)))).toEqual({
      sql: 'CREATE TABLE a ();',
      json: 'green',
      legacy: 'banner a/b',
    })
    expect(await answerOf(folder, '/page')).toBe('Hello you')
    expect(await answerOf(folder, '/static/deep/a.txt')).toBe('a static file')
    // No more than what is asked for.
    expect([...built.files.files.keys()].filter((path) => path.includes('unused'))).toEqual([])
  })

  it('has the same bytes wherever the project and its output are, and others when a file changes', async () => {
    const here = createService()
    const there = createService()
    const hashes = []
    for (const [project, out] of [
      [here, 'out/lambda'],
      [there, 'dist/a/b/function'],
    ] as const) {
      const { zip } = await build(project, { out: join(project, out), verify: false })
      hashes.push(createHash('sha256').update(readFileSync(zip)).digest('base64'))
    }
    expect(hashes[0]).toBe(hashes[1])
    writeFileSync(join(there, 'migrations/001.sql'), 'CREATE TABLE b ();\n')
    const changed = await build(there, { verify: false })
    expect(changed.zipSha256).not.toBe(hashes[0])
    expect(readFileSync(changed.zip).includes(here)).toBe(false)
  })

  it('keeps the names of errors and classes, and may be full of names that its own code has', async () => {
    const project = createProject({
      'src/lambda.ts': `import { createRequire } from 'node:module'
import { fileURLToPath } from 'node:url'
import other from './other.cjs'
const require = createRequire(import.meta.url)
const __filename = fileURLToPath(import.meta.url), __dirname = 'mine'
class NoSuchNote extends Error {}
function namedFunction() {}
${handlerOf("[new NoSuchNote().constructor.name, namedFunction.name, require('node:path').sep.length, __dirname, __filename.endsWith('lambda.ts'), ...other]")}`,
      'src/other.cjs':
        "const require_ = require; module.exports = [typeof require_('os').cpus, __dirname.split('/').at(-1)]\n",
    })
    const built = await build(project)
    expect(JSON.parse(String(await answerOf(built.folder)))).toEqual([
      'NoSuchNote',
      'namedFunction',
      1,
      'mine',
      true,
      'function',
      'src',
    ])
  })

  it('names the lines of the sources, as deployed, in its source map', async () => {
    const project = createProject({
      'src/lambda.ts':
        "import 'dep'\nexport const handler = async (): Promise<object> => ({ statusCode: 200 })\n",
      ...installed('dep', { 'index.js': 'console.log(1)\n' }),
    })
    const { folder } = await build(project, { verify: false })
    const map = JSON.parse(readFileSync(join(folder, 'index.mjs.map'), 'utf8')) as object
    expect(map).toMatchObject({ sources: ['node_modules/dep@1.2.3/index.js', 'src/lambda.ts'] })
    expect(readFileSync(join(folder, 'index.mjs'), 'utf8')).toMatch(
      /sourceMappingURL=index.mjs.map\s*$/,
    )
  })

  it('takes settings from package.json, and copies what --asset says to where it says', async () => {
    const project = createProject(
      {
        'src/lambda.ts': `import { readFileSync } from 'node:fs'
const name = 'a'
${handlerOf("[readFileSync('data/' + name + '.txt', 'utf8'), readFileSync('more/b.txt', 'utf8')]")}`,
        'data/a.txt': 'A',
        'elsewhere/b.txt': 'B',
      },
      { 'local-alb': { assets: ['data'] } },
    )
    const assets = [{ path: join(project, 'elsewhere'), to: 'more', given: 'elsewhere:more' }]
    const { folder } = await build(project, { assets })
    expect(await answerOf(folder)).toBe('["A","B"]')
  })

  it('leaves out what is external, and starts with it as a layer would bring it', async () => {
    const project = createProject({
      'src/lambda.ts': `import { secret } from '@aws-sdk/fake'\n${handlerOf('secret')}`,
      ...installed('@aws-sdk/fake', { 'index.js': "exports.secret = 'of the layer'\n" }),
    })
    const built = await build(project, { external: ['@aws-sdk/*'] })
    expect(built.verification).toMatchObject({ kind: 'answered' })
    expect(readFileSync(join(built.folder, 'index.mjs'), 'utf8')).not.toContain('of the layer')
    expect(existsSync(join(built.folder, 'node_modules'))).toBe(false)
  })

  it('copies a package of --keep with what that depends on, and nothing for building it', async () => {
    const project = createProject({
      'src/lambda.ts': `import { load } from 'plugins'\n${handlerOf("load('one')")}`,
      ...installed(
        'plugins',
        {
          'index.js': "exports.load = (name) => require('./plugins/' + name) + require('dep')\n",
          'index.d.ts': 'export {}',
          'plugins/one.js': "module.exports = 'one'\n",
        },
        { dependencies: { dep: '1' }, devDependencies: { tool: '1' } },
      ),
      ...installed('dep', { 'index.js': "module.exports = '+dep'\n" }),
      ...installed('tool', { 'index.js': '' }),
    })
    const bundled = await build(project, { verify: false })
    expect(bundled.warnings).toEqual([
      expect.stringMatching(
        /^node_modules\/plugins@1\.2\.3\/index\.js:1: a computed name below \.\/plugins\/.*--keep/,
      ),
    ])
    const kept = await build(project, { keep: ['plugins'] })
    expect(await answerOf(kept.folder)).toBe('"one+dep"')
    expect(readdirSync(join(kept.folder, 'node_modules')).toSorted()).toEqual(['dep', 'plugins'])
    expect(existsSync(join(kept.folder, 'node_modules/plugins/index.d.ts'))).toBe(false)
  })

  it('keeps packages by itself that load their own code by its path', async () => {
    const project = createProject({
      'src/lambda.ts': `import { start } from 'pool'\n${handlerOf('await start()')}`,
      ...installed(
        'pool',
        {
          'index.js': `const { Worker } = require('worker_threads'), { join } = require('path')
exports.start = () => new Promise((done) => new Worker(join(__dirname, 'worker.js')).once('message', done))\n`,
          'worker.js': "require('worker_threads').parentPort.postMessage(require('dep'))\n",
        },
        { dependencies: { dep: '1' } },
      ),
      ...installed('dep', { 'index.js': "module.exports = 'from the worker'\n" }),
    })
    const built = await build(project)
    expect(built.files.kept.map(({ name }) => name)).toEqual(['pool'])
    expect(await answerOf(built.folder)).toBe('"from the worker"')
  })
})
