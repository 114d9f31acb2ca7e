/** A Markdown guide as something that can be walked: its fenced blocks in order, and what each of them is. */

export interface Block {
  /** The heading it stands under. */
  readonly heading: string
  /** Of the fence, from 1. */
  readonly line: number
  readonly language: string
  readonly text: string
  readonly kind: Kind
}

/** What a reader does with a block. */
export type Kind =
  /** Types them into a shell, one after the other. */
  | { readonly is: 'commands'; readonly where: Where; readonly commands: readonly string[] }
  /** Writes the file: what stands before it ends in "`name`:". */
  | { readonly is: 'file'; readonly name: string }
  /** Writes it into the file: "In `name`, below `line`:". */
  | { readonly is: 'insertion'; readonly name: string; readonly below: string }
  /** Sees it: a block of text behind commands, in which `…` stands for anything. */
  | { readonly is: 'output' }
  | { readonly is: 'example' }

/** By the first line: `# in your AWS account`, `# another terminal`, or neither. */
export type Where = 'here' | 'account' | 'terminal'

/** @throws {Error} for a fence that nobody closes */
export function readBlocks(markdown: string): Block[] {
  const blocks: Block[] = []
  let heading = ''
  let before = ''
  let fence: { line: number; language: string; lines: string[] } | undefined
  for (const [index, line] of markdown.split('\n').entries()) {
    if (fence !== undefined) {
      if (line === '```') {
        const { language, lines } = fence
        const text = lines.join('\n')
        const kind = kindOf(language, text, before, blocks.at(-1)?.kind)
        blocks.push({ heading, line: fence.line, language, text, kind })
        fence = undefined
        before = ''
      } else fence.lines.push(line)
    } else if (line.startsWith('```')) {
      fence = { line: index + 1, language: line.slice(3).trim(), lines: [] }
    } else if (line.startsWith('#')) {
      heading = line.replace(/^#+ /, '')
      before = ''
    } else if (line !== '') {
      before = before === '' ? line : `${before} ${line}`
    }
  }
  if (fence !== undefined) throw new Error(`The block of line ${fence.line} has no end`)
  return blocks
}

function kindOf(language: string, text: string, before: string, last: Kind | undefined): Kind {
  const insertion = /\bIn `([^`]+)`, below `([^`]+)`:$/.exec(before)
  if (insertion !== null) {
    const [, name = '', below = ''] = insertion
    return { is: 'insertion', name, below }
  }
  const file = /`([\w./-]+\.\w+)`:$/.exec(before)
  if (file !== null) return { is: 'file', name: file[1] ?? '' }
  if (language === 'sh') return { is: 'commands', where: whereOf(text), commands: toCommands(text) }
  // Nothing between the two: what the commands print.
  if (language === 'text' && before === '' && last?.is === 'commands') return { is: 'output' }
  if (language === 'text' && last?.is === 'commands' && before.endsWith(':')) {
    return { is: 'output' }
  }
  return { is: 'example' }
}

function whereOf(text: string): Where {
  if (text.startsWith('# in your AWS account\n')) return 'account'
  return text.startsWith('# another terminal\n') ? 'terminal' : 'here'
}

/** The commands of a block, those over several lines joined. */
function toCommands(text: string): string[] {
  return text
    .replaceAll(/ *\\\n */g, ' ')
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('#'))
}

/** All commands, with where they stand. */
export function commandsOf(blocks: readonly Block[]): { command: string; line: number }[] {
  return blocks.flatMap(({ kind, line }) =>
    kind.is === 'commands' ? kind.commands.map((command) => ({ command, line })) : [],
  )
}

/** Words as a shell splits them; what it would expand stays as it is. */
export function toWords(command: string): string[] {
  return [...command.matchAll(/(?:[^\s'"]|'[^']*'|"(?:[^"\\]|\\.)*")+/g)].map(([word]) =>
    word.replaceAll(/'([^']*)'|"((?:[^"\\]|\\.)*)"/g, (_match, single?: string, double?: string) =>
      single === undefined ? (double ?? '') : single,
    ),
  )
}

/**
 * Whether an output is as the guide shows it: its lines in this order, `…` for anything, a line of its own for any
 * lines.
 *
 * @returns the first line that is not there
 */
export function findMissing(shown: string, output: string): string | undefined {
  const lines = output.split('\n').map((line) => line.trimEnd())
  let at = 0
  for (const line of shown.split('\n')) {
    if (line === '…') continue
    const pattern = new RegExp(`^${line.split('…').map(escape).join('.*')}$`)
    const found = lines.findIndex((one, index) => index >= at && pattern.test(one))
    if (found === -1) return line
    at = found + 1
  }
  return undefined
}

function escape(text: string): string {
  return text.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&')
}
