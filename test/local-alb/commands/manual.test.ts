import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { execCommand } from '../../../packages/local-alb/src/commands/exec-command.js'
import { serveCommand } from '../../../packages/local-alb/src/commands/serve-command.js'
import { filesBelow } from '../../repository/imports.js'
import { DEFAULTS, OPTION_NAMES } from '../../../packages/local-alb/src/options.js'

const read = (file: string): string =>
  readFileSync(fileURLToPath(new URL(`../../../${file}`, import.meta.url)), 'utf8')

const manual = read('docs/local-alb.md')

/** The rows of all tables, as the texts of their cells. */
const rows = manual
  .split('\n')
  .filter((line) => line.startsWith('|'))
  .map((line) => line.split(/(?<!\\)\|/).map((cell) => cell.trim()))

const cellsOf = (name: string): string[] => rows.find((row) => row[1] === `\`${name}\``) ?? []

/** The commands in a document's fenced blocks. */
function commandsIn(document: string): string[] {
  const blocks = [...document.matchAll(/^```sh\n([^]*?)^```$/gm)]
  return blocks.flatMap(([, block = '']) =>
    block.split('\n').filter((line) => /^(npx )?local-alb /.test(line)),
  )
}

describe('the manual', () => {
  it.each(OPTION_NAMES)('has the option %s with its default', (name) => {
    const value = DEFAULTS[name as keyof typeof DEFAULTS]
    const shown = value === undefined ? 'the port it is really on' : JSON.stringify(value)
    expect(cellsOf(name).map((cell) => cell.replaceAll('`', ''))).toContain(shown)
  })

  it.each([
    ['serve', serveCommand()],
    ['exec', execCommand()],
  ])('has every flag of %s, and no other, with its default', (_name, command) => {
    for (const { flags, defaultValue } of command.options as readonly {
      flags: string
      defaultValue: unknown
    }[]) {
      const cells = cellsOf(flags)
      expect(cells, flags).not.toEqual([])
      if (defaultValue !== undefined && defaultValue !== true) {
        expect(cells[2], flags).toBe(`${defaultValue as string | number}`)
      }
    }
    const known = [serveCommand(), execCommand()].flatMap(({ options }) =>
      options.map(({ flags }) => flags),
    )
    const shown = rows.flatMap((row) => /^`(-.*)`$/.exec(row[1] ?? '')?.[1] ?? [])
    expect(shown.filter((flags) => !known.includes(flags))).toEqual([])
  })

  it.each(
    ['docs/local-alb.md', 'packages/local-alb/README.md', 'README.md'].flatMap((file) =>
      commandsIn(read(file)).map((line) => [file, line] as const),
    ),
  )('%s shows a command that can be given: %s', async (_file, line) => {
    const words = line
      .replace(/ +#.*$/, '')
      .replace(/^npx /, '')
      .split(/\s+/)
      .slice(1)
    const isExec = words[0] === 'exec'
    let parsed: readonly unknown[] | undefined
    const command = (isExec ? execCommand() : serveCommand())
      .exitOverride()
      .configureOutput({ writeErr: () => {} })
      .action((...args: unknown[]) => {
        parsed = args
      })
    await command.parseAsync(isExec ? words.slice(1) : words, { from: 'user' })
    expect(parsed).toBeDefined()
  })

  it('says what to do about every error_reason that there is', () => {
    const sources = filesBelow('packages/local-alb/src').filter((file) => file.endsWith('.ts'))
    const reasons = sources.flatMap((file) =>
      [...read(file).matchAll(/errorReason: '(\w+)'/g)].map(([, reason]) => reason ?? ''),
    )
    expect(new Set(reasons).size).toBe(7)
    for (const reason of reasons) {
      const row = rows.find((cells) => cells[2] === `\`${reason}\``)
      expect(
        row?.slice(3, 5).every((cell) => cell.length > 10),
        reason,
      ).toBe(true)
    }
  })

  it('has links that lead somewhere', () => {
    const headings = [...manual.matchAll(/^#+ (.*)$/gm)].map(([, heading = '']) =>
      heading
        .toLowerCase()
        .replaceAll(/[^\w\s-]/g, '')
        .replaceAll(/\s/g, '-'),
    )
    const links = [...manual.matchAll(/\]\(#([^)]*)\)/g)].map(([, link]) => link)
    expect(links.length).toBeGreaterThan(5)
    expect(links.filter((link) => !headings.includes(link ?? ''))).toEqual([])
  })
})
