import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'

const root = fileURLToPath(new URL('../../', import.meta.url))

const pages = [
  ...readdirSync(root).filter((name) => name.endsWith('.md')),
  ...markdownIn('docs'),
  ...['deploy', 'local-alb', 'examples/hello', 'examples/service'].map(
    (name) => `packages/${name}/README.md`,
  ),
  'bench/README.md',
]

function markdownIn(folder: string): string[] {
  return readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.md'))
    .map((name) => `${folder}/${name}`)
}

/** The text without what is code: nothing there is a link. */
function withoutCode(markdown: string): string {
  return markdown.replaceAll(/^```[^]*?^```$/gm, '').replaceAll(/`[^`\n]+`/g, 'code')
}

function linksIn(markdown: string): string[] {
  return [...withoutCode(markdown).matchAll(/\]\(([^)\s]+)\)/g)].map(([, link = '']) => link)
}

/** What GitHub makes of headings. */
function anchorsOf(markdown: string): string[] {
  const seen = new Map<string, number>()
  const text = markdown.replaceAll(/^```[^]*?^```$/gm, '')
  return [...text.matchAll(/^#+ (.+)$/gm)].map(([, heading = '']) => {
    const anchor = heading
      .replaceAll(/\[([^\]]*)\]\([^)]*\)/g, '$1')
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N}\s_-]/gu, '')
      .replaceAll(/\s/g, '-')
    const count = seen.get(anchor) ?? 0
    seen.set(anchor, count + 1)
    return count === 0 ? anchor : `${anchor}-${count}`
  })
}

describe.each(pages)('%s', (page) => {
  const markdown = readFileSync(join(root, page), 'utf8')
  const own = linksIn(markdown).filter((link) => !/^[a-z]+:/.test(link))

  it('links to pages and headings that are there', () => {
    const broken = own.filter((link) => {
      const [path = '', anchor] = link.split('#')
      const target = path === '' ? join(root, page) : join(root, dirname(page), path)
      if (!existsSync(target)) return true
      if (anchor === undefined || statSync(target).isDirectory()) return false
      return !anchorsOf(readFileSync(target, 'utf8')).includes(anchor)
    })
    expect(broken).toEqual([])
  })
})

it('every page of docs is reached from the README', () => {
  const reached = new Set<string>()
  const visit = (page: string): void => {
    if (reached.has(page) || !existsSync(join(root, page))) return
    reached.add(page)
    for (const link of linksIn(readFileSync(join(root, page), 'utf8'))) {
      const [path = ''] = link.split('#')
      if (path.endsWith('.md') && !/^[a-z]+:/.test(path)) {
        visit(relative(root, join(root, dirname(page), path)).replaceAll('\\', '/'))
      }
    }
  }
  visit('README.md')
  expect(markdownIn('docs').filter((page) => !reached.has(page))).toEqual([])
})
