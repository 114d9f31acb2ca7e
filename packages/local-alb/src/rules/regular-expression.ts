/**
 * Compiles a regular expression of a rule. AWS's engine is not JavaScript's: what only one of the two knows is refused, so
 * that nothing works here that does not work there (AWS: "Listener rules", "The regular expressions used in rule conditions
 * and rule transforms do not support the following features").
 *
 * JavaScript's engine backtracks. A pattern such as `^(a+)+$` takes exponential time here, where AWS's takes linear time;
 * patterns come from the load balancer's owner, so none is refused for that.
 *
 * @throws {SyntaxError} saying what is wrong with it
 */
export function compileRegex(source: string, options: { readonly ignoreCase: boolean }): RegExp {
  const inline = source.startsWith('(?i)')
  const pattern = inline ? source.slice(4) : source
  for (const [feature, name] of UNSUPPORTED) {
    if (feature.test(pattern)) {
      throw new SyntaxError(`${name} are not supported in the rules of a load balancer`)
    }
  }
  return new RegExp(pattern, options.ignoreCase || inline ? 'i' : '')
}

/** An even number of backslashes before, so that the next one is no escaped backslash. */
const UNESCAPED = String.raw`(?<=(?:^|[^\\])(?:\\\\)*)`

const UNSUPPORTED: readonly (readonly [RegExp, string])[] = [
  [new RegExp(String.raw`${UNESCAPED}\(\?[=!]`), 'lookaheads such as (?=a)'],
  [new RegExp(String.raw`${UNESCAPED}\(\?<[=!]`), 'lookbehinds such as (?<=a)'],
  [new RegExp(String.raw`${UNESCAPED}\\(?:[1-9]|k<)`), 'backreferences such as \\1'],
  [new RegExp(String.raw`${UNESCAPED}\\p\{`, 'i'), 'Unicode character classes such as \\p{L}'],
  [/\[\[:\^?[a-z]+:\]/, 'POSIX classes such as [[:alpha:]] here (write [A-Za-z])'],
]
