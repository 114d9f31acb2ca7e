/**
 * Compiles a comparison string of a rule: `*` stands for zero or more characters, `?` for exactly one, and the whole text
 * must match (AWS: "Condition types for listener rules").
 *
 * The same page says that rules look at visible ASCII only and that control characters are excluded. Taken here to mean that
 * no wildcard stands for a control character, so a text that holds one is left to a rule that does not look at it.
 *
 * A text is compared in at most pattern length times text length steps, whatever the pattern.
 */
export function compileWildcard(
  pattern: string,
  syntax: WildcardSyntax,
): (text: string) => boolean {
  const tokens = tokenize(syntax.ignoreCase ? pattern.toLowerCase() : pattern, syntax.escapes)
  return (text) => matches(tokens, syntax.ignoreCase ? text.toLowerCase() : text)
}

export interface WildcardSyntax {
  readonly ignoreCase: boolean
  /** Whether `\*` and `\?` stand for the characters themselves: in query-string conditions they do. */
  readonly escapes: boolean
}

const ANY = Symbol('*')
const ONE = Symbol('?')

type Token = string | typeof ANY | typeof ONE

function tokenize(pattern: string, escapes: boolean): readonly Token[] {
  const tokens: Token[] = []
  for (let index = 0; index < pattern.length; index++) {
    const character = pattern.charAt(index)
    const next = pattern.charAt(index + 1)
    if (escapes && character === '\\' && (next === '*' || next === '?' || next === '\\')) {
      tokens.push(next)
      index++
    } else if (character === '*') {
      if (tokens.at(-1) !== ANY) tokens.push(ANY)
    } else {
      tokens.push(character === '?' ? ONE : character)
    }
  }
  return tokens
}

/**
 * Walks both at once. On a mismatch the last `*` takes one more character; earlier ones need not be tried again, for what
 * they took was the least they could.
 */
function matches(tokens: readonly Token[], text: string): boolean {
  let token = 0
  let position = 0
  let lastAny = -1
  let resumeAt = 0
  while (position < text.length) {
    const expected = tokens[token]
    if (expected === ANY) {
      lastAny = token++
      resumeAt = position
    } else if (
      expected === text.charAt(position) ||
      (expected === ONE && !isControl(text, position))
    ) {
      token++
      position++
    } else if (lastAny !== -1 && !isControl(text, resumeAt)) {
      token = lastAny + 1
      position = ++resumeAt
    } else {
      return false
    }
  }
  while (tokens[token] === ANY) token++
  return token === tokens.length
}

function isControl(text: string, position: number): boolean {
  const code = text.charCodeAt(position)
  return code < 0x20 || code === 0x7f
}
