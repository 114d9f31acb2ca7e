import { describe, expect, it } from 'vitest'
import { scanModule } from '../../../packages/local-alb/src/bundle/module-scan.js'

const FILE = '/project/src/web/app.ts'

async function scan(source: string): Promise<string[]> {
  const found = await scanModule(source, FILE, '/project')
  return (found?.paths ?? [])
    .filter(({ path, kind }) => path !== FILE && path !== '/project/src/web' && kind !== 'computed')
    .map(({ kind, path, place }) => `${kind} ${path} ${place.line}`)
}

describe('a path that a module makes out of its own place', () => {
  it.each([
    ["new URL('./a.txt', import.meta.url)", 'path /project/src/web/a.txt'],
    ['new URL(`../a.txt`, import.meta.url)', 'path /project/src/a.txt'],
    ["fileURLToPath(new URL('./a b%20c/', import.meta.url))", 'path /project/src/web/a b c/'],
    ["new URL(\n './a',\n import.meta.url,\n).pathname", 'path /project/src/web/a'],
    ["new URL('.' + '/a.txt', import.meta.url).href", 'path /project/src/web/a.txt'],
    ["path.join(__dirname, 'views')", 'path /project/src/web/views'],
    ["join(__dirname, '..', 'views', 'x')", 'path /project/src/views/x'],
    ["path.resolve(__dirname, '../../a')", 'path /project/a'],
    ["__dirname + '/a.txt'", 'path /project/src/web/a.txt'],
    ['`${__dirname}/a/${name}.txt`', 'folder /project/src/web/a/'],
    ["__dirname + '/a/b-' + name", 'folder /project/src/web/a/'],
    ["path.join(__dirname, 'a', name)", 'folder /project/src/web/a'],
    ["join(import.meta.dirname, 'a')", 'path /project/src/web/a'],
    ["join(dirname(import.meta.filename), 'a')", 'path /project/src/web/a'],
    ["join(dirname(fileURLToPath(import.meta.url)), 'a')", 'path /project/src/web/a'],
    ["join(dirname(__filename), 'a')", 'path /project/src/web/a'],
    ["createRequire(import.meta.url)('../a.json')", 'module /project/src/a.json'],
    ["createRequire(import.meta.url).resolve('dep/x')", 'module dep/x'],
    ["path.join(process.cwd(), 'a')", 'path /project/a'],
  ])('is found in %s', async (expression, expected) => {
    expect(await scan(`\nuse(${expression})`)).toEqual([`${expected} 2`])
  })

  it('is found through variables, of which the module may have made its own', async () => {
    const source = `import { dirname, join } from 'node:path'
const __filename = fileURLToPath(import.meta.url)
const __dirname = dirname(__filename)
const root = join(__dirname, '..')
export const views: string = join(root, 'views')
const require = createRequire(import.meta.url)
require('./data.json')`
    expect(await scan(source)).toEqual([
      'module /project/src/web/data.json 7',
      'path /project/src 4',
      'path /project/src/views 5',
    ])
  })

  it('is found among several that are tried', async () => {
    const source = `const folder = ['../a/', './b/']
  .map((path) => fileURLToPath(new URL(path, import.meta.url))).find((path) => existsSync(path))`
    expect(await scan(source)).toEqual(['path /project/src/a/ 2', 'path /project/src/web/b/ 2'])
  })

  it.each([
    ['a comment', "// new URL('./a', import.meta.url)\n/* join(__dirname, 'a') */"],
    ['a text', `use("new URL('./a', import.meta.url)", 'join(__dirname, "a")')`],
    ['a URL of its own', "new URL('https://example.com/a', import.meta.url)"],
    ['a test for the main module', 'if (process.argv[1] === fileURLToPath(import.meta.url)) run()'],
    ['a variable of that name', "(__dirname) => join(__dirname, 'a')"],
    ['a type', "let a: typeof import('./a.js')"],
  ])('is not seen in %s', async (_what, source) => {
    expect(await scan(source)).toEqual([])
  })

  it.each([
    'use(new URL(name, import.meta.url))',
    'use(path.join(__dirname, name))',
    'createRequire(import.meta.url)(name)',
  ])('is known to be unknown in %s', async (source) => {
    const found = await scanModule(source, FILE, undefined)
    expect(found?.paths.map(({ kind }) => kind)).toContain('computed')
  })
})
