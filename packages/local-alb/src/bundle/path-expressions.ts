import { dirname, join, sep } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'

/** Stand for a module's own place in code that was prepared for `findPaths`: its URL, its file, its folder. */
export const MARKERS = {
  url: 'localAlbModuleUrl',
  file: 'localAlbModuleFile',
  folder: 'localAlbModuleFolder',
} as const

/** A path that a module makes out of its own place. */
export interface FoundPath {
  /** - `path`: a file or folder.
   * - `folder`: what begins there is computed; a folder that holds it.
   * - `module`: loaded with a `require` from `createRequire`; a file, or a package's name.
   * - `computed`: it cannot be known. */
  readonly kind: 'path' | 'folder' | 'module' | 'computed'
  readonly path: string
  /** Offset in the code. */
  readonly at: number
  /** What takes it: `readFileSync`, `Worker`, `static`; empty when that is not known. */
  readonly taker: string
  /** It came through a variable, which may be another one of the same name. */
  readonly isIndirect: boolean
  /** One of a list that the code looks through. */
  readonly isCandidate: boolean
}

interface Span {
  readonly start: number
  readonly end: number
  readonly value: string
  readonly isRequire: boolean
  readonly isPartial: boolean
  readonly isIndirect: boolean
  readonly isCandidate: boolean
}

const TEXT = String.raw`"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'`
const NAME = String.raw`[A-Za-z_$][\w$]*`
const MAX_STEPS = 10_000

/**
 * Finds the paths that a module makes out of `import.meta.url`, `__dirname` or `__filename` with texts that stand in it:
 * `new URL('./x', import.meta.url)`, `path.join(__dirname, 'x')`, `${__dirname}/x`, also through variables.
 *
 * @param code as esbuild prints it: no comments, texts in double quotes, constants folded, and `MARKERS` in the place of
 *   the module's own
 * @param cwd the folder that the function will run in, when `process.cwd()` counts as well
 */
export function findPaths(code: string, file: string, cwd: string | undefined): FoundPath[] {
  const found: FoundPath[] = []
  const seen = new Set<string>()
  const queue: Span[] = []
  const markers = { [MARKERS.url]: file, [MARKERS.file]: file, [MARKERS.folder]: dirname(file) }
  for (const [name, value] of Object.entries(markers)) {
    const isOther = { isRequire: false, isPartial: false, isIndirect: false, isCandidate: false }
    queue.push(...usesOf(code, name, 0).map((span) => ({ ...span, value, ...isOther })))
  }
  if (cwd !== undefined) {
    const isOther = { isRequire: false, isPartial: false, isIndirect: true, isCandidate: false }
    const calls = usesOf(code, 'process.cwd()', 0)
    queue.push(...calls.map((span) => ({ ...span, value: cwd, ...isOther })))
  }
  for (let steps = 0; steps < MAX_STEPS; steps++) {
    const span = queue.shift()
    if (span === undefined) break
    const key = `${span.start}:${span.end}:${span.value}`
    if (seen.has(key)) continue
    seen.add(key)
    const wider = widen(code, span)
    if (wider === 'computed') {
      const candidates = candidatesOf(code, span)
      if (candidates.length > 0) queue.push(...candidates)
      else found.push(toFound(code, span, 'computed'))
    } else if (wider !== undefined) queue.push(wider)
    else {
      const alias = aliasOf(code, span)
      if (alias !== undefined && !span.isPartial) {
        queue.push(
          ...usesOf(code, alias, span.end).map((use) => ({ ...span, ...use, isIndirect: true })),
        )
      }
      if (!span.isRequire) found.push(toFound(code, span, span.isPartial ? 'folder' : 'path'))
      else {
        const module = loadedBy(code, span)
        if (module !== undefined) found.push(module)
      }
    }
  }
  return found
}

function toFound(code: string, span: Span, kind: FoundPath['kind']): FoundPath {
  const taker = new RegExp(`(${NAME})\\(\\s*$`).exec(before(code, span))?.[1] ?? ''
  return {
    kind,
    path: span.value,
    at: span.start,
    taker,
    isIndirect: span.isIndirect,
    isCandidate: span.isCandidate,
  }
}

function before(code: string, { start }: Pick<Span, 'start'>): string {
  return code.slice(Math.max(0, start - 400), start)
}

/** The next larger expression whose value is known too; `computed` when it is there and its value is not. */
function widen(code: string, span: Span): Span | 'computed' | undefined {
  if (span.isRequire || span.isPartial) return undefined
  const left = before(code, span)
  const right = code.slice(span.end)
  return (
    widenUrl(span, left, right) ??
    widenJoin(span, left, right) ??
    widenCall(span, left, right) ??
    widenTemplate(span, left, right) ??
    widenSum(span, right)
  )
}

function widenUrl(span: Span, left: string, right: string): Span | 'computed' | undefined {
  const end = /^\s*\)/.exec(right)
  const call = /new (?:[\w$]+\.)*URL\(\s*([^()]*?)\s*,\s*$/.exec(left)
  if (call === null || end === null) return undefined
  const text = textOf(call[1] ?? '')
  if (text === undefined) return 'computed'
  // A URL of its own; it does not depend on the module.
  const url = parseUrl(text, span.value)
  if (url === undefined) return undefined
  return grow(span, call[0].length, end[0].length, { value: url })
}

/**
 * The values of `['../a/', './a/'].map((path) => new URL(path, import.meta.url))`, and the same with `join`: texts in a
 * list that a callback gets one by one.
 */
function candidatesOf(code: string, span: Span): Span[] {
  const left = before(code, span)
  const url = new RegExp(`new (?:[\\w$]+\\.)*URL\\(\\s*(${NAME})\\s*,\\s*$`).exec(left)
  const right = new RegExp(`^\\s*(?:,\\s*(${NAME})\\s*)?\\)`).exec(code.slice(span.end))
  const name = url?.[1] ?? right?.[1]
  if (name === undefined || right === null) return []
  const escaped = name.replaceAll('$', String.raw`\$`)
  const list = new RegExp(
    `\\[((?:\\s*(?:${TEXT})\\s*,?)+)\\]\\.\\w+\\(\\s*(?:async )?\\(?${escaped}\\)? =>`,
  ).exec(code)
  return [...(list?.[1] ?? '').matchAll(new RegExp(TEXT, 'g'))].flatMap(([literal]) => {
    const text = textOf(literal) ?? ''
    const value = url === null ? join(span.value, text) : parseUrl(text, span.value)
    if (value === undefined) return []
    const start = span.start - (url?.[0].length ?? 0)
    return [{ ...span, start, end: span.end + right[0].length, value, isCandidate: true }]
  })
}

function parseUrl(text: string, base: string): string | undefined {
  try {
    const url = new URL(text, pathToFileURL(base))
    return url.protocol === 'file:' ? fileURLToPath(url) : undefined
  } catch {
    return undefined
  }
}

function widenJoin(span: Span, left: string, right: string): Span | 'computed' | undefined {
  const call = new RegExp(`(?:${NAME}\\.)*(?:join|resolve)\\(\\s*$`).exec(left)
  if (call === null) return undefined
  const args = new RegExp(`^(?:\\s*,\\s*(?:${TEXT}))*`).exec(right)?.[0] ?? ''
  const texts = [...args.matchAll(new RegExp(TEXT, 'g'))].map(([text]) => textOf(text) ?? '')
  const value = join(span.value, ...texts)
  const end = /^\s*\)/.exec(right.slice(args.length))
  if (end !== null) return grow(span, call[0].length, args.length + end[0].length, { value })
  if (texts.length === 0) return 'computed'
  return grow(span, call[0].length, args.length, { value, isPartial: true })
}

function widenCall(span: Span, left: string, right: string): Span | undefined {
  const end = /^\s*\)/.exec(right)
  const member = /^\.(?:href|pathname|toString\(\))/.exec(right)
  if (member !== null) return grow(span, 0, member[0].length, {})
  const call = new RegExp(
    `(?:${NAME}\\.)*(dirname|fileURLToPath|normalize|createRequire|realpathSync|String|)\\(\\s*$`,
  ).exec(left)
  if (end === null || call === null) return undefined
  const [all, name = ''] = call
  // The parenthesis of some other call.
  if (name === '' && /[\w$.\])]\s*\($/.test(left.trimEnd())) return undefined
  return grow(span, all.length, end[0].length, {
    ...(name === 'dirname' && { value: dirname(span.value) }),
    ...(name === 'createRequire' && { isRequire: true }),
  })
}

function widenTemplate(span: Span, left: string, right: string): Span | undefined {
  const inside = /^\}((?:[^`$\\]|\\.)*)(`|\$\{)/.exec(right)
  if (!left.endsWith('`${') || inside === null) return undefined
  const [all, text = '', end] = inside
  return grow(span, 3, all.length, toSum(span.value, text, end !== '`'))
}

function widenSum(span: Span, right: string): Span | undefined {
  const sum = new RegExp(`^ \\+ (${TEXT})`).exec(right)
  if (sum === null) return undefined
  const [all, text = ''] = sum
  const isPartial = right.slice(all.length).startsWith(' + ')
  return grow(span, 0, all.length, toSum(span.value, textOf(text) ?? '', isPartial))
}

function toSum(value: string, text: string, isPartial: boolean): Partial<Span> {
  const path = value + text
  if (!isPartial) return { value: path.split('/').join(sep) }
  return {
    value: path
      .slice(0, path.lastIndexOf('/') + 1)
      .split('/')
      .join(sep),
    isPartial: true,
  }
}

function grow(span: Span, left: number, right: number, change: Partial<Span>): Span {
  return { ...span, start: span.start - left, end: span.end + right, ...change }
}

/** The variable that an expression is given to. */
function aliasOf(code: string, span: Span): string | undefined {
  if (!/^\s*(?:[;,)]|\n|$)/.test(code.slice(span.end, span.end + 80))) return undefined
  return new RegExp(`(?:^|[\\s,(])(${NAME}) = $`).exec(before(code, span))?.[1]
}

function usesOf(code: string, name: string, from: number): { start: number; end: number }[] {
  const escaped = name.replaceAll(/[$.()]/g, String.raw`\$&`)
  const pattern = new RegExp(`(?<![\\w$."'\`])${escaped}(?![\\w$])`, 'g')
  pattern.lastIndex = from
  return [...code.matchAll(pattern)].map(({ index, 0: { length } }) => ({
    start: index,
    end: index + length,
  }))
}

/** `require("x")` and `require.resolve("x")`, where `require` is one of `createRequire`. */
function loadedBy(code: string, span: Span): FoundPath | undefined {
  const call = new RegExp(`^(?:\\.resolve)?\\(\\s*(${TEXT})`).exec(code.slice(span.end))
  if (call !== null) {
    const name = textOf(call[1] ?? '') ?? ''
    const path = name.startsWith('.') ? join(dirname(span.value), name) : name
    return {
      kind: 'module',
      path,
      at: span.start,
      taker: 'require',
      isIndirect: false,
      isCandidate: false,
    }
  }
  if (!/^(?:\.resolve)?\(\s*[^)\s]/.test(code.slice(span.end))) return undefined
  return { ...toFound(code, span, 'computed'), taker: 'require' }
}

function textOf(literal: string): string | undefined {
  if (!new RegExp(`^(?:${TEXT})$`).test(literal)) return undefined
  const inner = literal.slice(1, -1)
  try {
    return JSON.parse(
      `"${inner.replaceAll(/\\'/g, "'").replaceAll(/(?<!\\)"/g, String.raw`\"`)}"`,
    ) as string
  } catch {
    return inner
  }
}
