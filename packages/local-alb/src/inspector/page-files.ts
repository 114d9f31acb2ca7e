import { readFile, readdir } from 'node:fs/promises'
import { extname } from 'node:path'

export interface PageFile {
  readonly contentType: string
  readonly content: Buffer
}

const CONTENT_TYPES: ReadonlyMap<string, string> = new Map([
  ['.html', 'text/html; charset=utf-8'],
  ['.css', 'text/css; charset=utf-8'],
  ['.js', 'text/javascript; charset=utf-8'],
  ['.svg', 'image/svg+xml'],
])

/** The page's files by their paths. What is not in here is not served: no path of a request ever reaches the disk. */
export async function readPageFiles(): Promise<ReadonlyMap<string, PageFile>> {
  const folder = new URL('./page/', import.meta.url)
  const files = new Map<string, PageFile>()
  for (const name of await readdir(folder)) {
    const contentType = CONTENT_TYPES.get(extname(name))
    if (contentType === undefined) continue
    files.set(`/${name}`, { contentType, content: await readFile(new URL(name, folder)) })
  }
  const index = files.get('/index.html')
  if (index === undefined) throw new Error(`The inspector's page is missing: ${folder.href}`)
  return files.set('/', index)
}
