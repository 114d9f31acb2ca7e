/**
 * The cookies of one side. Unlike a browser it has one host only, and sends `Secure` cookies over plain HTTP too: what was
 * HTTPS in production is often HTTP here. Paths and lifetimes count (RFC 6265, sections 5.1.4 and 5.3).
 */
export class CookieJar {
  readonly #cookies = new Map<string, Cookie>()

  /** @param lines the values of `Set-Cookie` in answer to a request for `target` */
  store(lines: readonly string[], target: string, now: number = Date.now()): void {
    for (const line of lines) {
      const cookie = parse(line, target, now)
      if (cookie !== undefined) this.#cookies.set(`${cookie.name};${cookie.path}`, cookie)
    }
  }

  /**
   * The value of `Cookie`: what the request was recorded with, overridden by what this side has set since; `undefined`
   * when nothing is left.
   */
  headerFor(
    target: string,
    recorded: string | undefined,
    now: number = Date.now(),
  ): string | undefined {
    const path = pathOf(target)
    const own = [...this.#cookies.values()]
      .filter((cookie) => matches(path, cookie.path))
      .toSorted((a, b) => b.path.length - a.path.length)
    const names = new Set(own.map(({ name }) => name))
    const pairs = [
      ...splitPairs(recorded).filter((pair) => !names.has(nameOf(pair))),
      ...own.filter(({ expires }) => expires > now).map(({ name, value }) => `${name}=${value}`),
    ]
    return pairs.length === 0 ? undefined : pairs.join('; ')
  }
}

interface Cookie {
  readonly name: string
  readonly value: string
  readonly path: string
  /** Kept when it is over: it also takes away what the request was recorded with. */
  readonly expires: number
}

function parse(line: string, target: string, now: number): Cookie | undefined {
  const [pair = '', ...attributes] = line.split(';')
  const name = nameOf(pair)
  if (!pair.includes('=') || name === '') return undefined
  const given = new Map(
    attributes.map((attribute): [string, string] => {
      const [key = '', ...value] = attribute.split('=')
      return [key.trim().toLowerCase(), value.join('=').trim()]
    }),
  )
  const path = given.get('path') ?? ''
  return {
    name,
    value: pair.slice(pair.indexOf('=') + 1).trim(),
    path: path.startsWith('/') ? path : defaultPath(pathOf(target)),
    expires: expiryOf(given, now),
  }
}

/** `Max-Age` wins over `Expires`: RFC 6265, section 4.1.2.2. */
function expiryOf(given: ReadonlyMap<string, string>, now: number): number {
  const maxAge = given.get('max-age') ?? ''
  if (/^-?\d+$/.test(maxAge)) return now + Number(maxAge) * 1000
  const expires = Date.parse(given.get('expires') ?? '')
  return Number.isNaN(expires) ? Infinity : expires
}

function splitPairs(header: string | undefined): string[] {
  return (header ?? '')
    .split(';')
    .map((pair) => pair.trim())
    .filter((pair) => pair !== '')
}

function nameOf(pair: string): string {
  return (pair.split('=', 1)[0] ?? '').trim()
}

function pathOf(target: string): string {
  return target.split('?', 1)[0] ?? '/'
}

function defaultPath(path: string): string {
  const slash = path.lastIndexOf('/')
  return slash <= 0 ? '/' : path.slice(0, slash)
}

function matches(path: string, cookiePath: string): boolean {
  if (path === cookiePath) return true
  return path.startsWith(cookiePath.endsWith('/') ? cookiePath : `${cookiePath}/`)
}
