// The filter's language: words that must all hold. `key:value` looks at one thing, `-` turns a word round, quotes keep
// spaces. It knows rows only, no page.

/**
 * @typedef {import('../row.js').Row} Row
 *
 * @typedef {object} Filter
 * @property {(row: Row) => boolean} matches
 * @property {string | null} problem what is wrong with a word, which then counts for nothing
 */

/** @typedef {(row: Row) => boolean} Test */

/**
 * @param {string} text
 * @returns {Filter}
 */
export function parseFilter(text) {
  /** @type {Test[]} */
  const tests = []
  /** @type {string | null} */
  let problem = null
  for (const word of splitWords(text)) {
    const test = toTest(word)
    if (typeof test === 'function') tests.push(test)
    else problem ??= test
  }
  return { matches: (row) => tests.every((test) => test(row)), problem }
}

/**
 * Adds a word to a filter, or takes it out when it is there. Words with its key and another value go where only one can
 * hold at a time.
 *
 * @param {string} text
 * @param {string} word such as `status:5xx`
 */
export function toggleWord(text, word) {
  const words = splitWords(text)
  const kept = words.filter(
    (other) => other !== word && !(word.startsWith('status:') && other.startsWith('status:')),
  )
  if (!words.includes(word)) kept.push(word)
  return kept.join(' ')
}

/**
 * @param {string} text
 * @returns {string[]}
 */
export function splitWords(text) {
  return text.match(/-?(?:[a-z]+:)?"[^"]*"?|\S+/gi) ?? []
}

/**
 * @param {string} word
 * @returns {Test | string | null} `null` for a word that is not finished, a sentence for one that makes no sense
 */
function toTest(word) {
  const negated = word.length > 1 && word.startsWith('-')
  const [, key = '', quoted = ''] = /^-?(?:([a-z]+):)?(.*)$/is.exec(word) ?? []
  const value = quoted.replaceAll('"', '').toLowerCase()
  const make = TESTS.get(key.toLowerCase())
  // Something else with a colon, such as http://: plain text.
  const plain = word
    .slice(negated ? 1 : 0)
    .replaceAll('"', '')
    .toLowerCase()
  const test = make === undefined ? textTest(plain) : value === '' ? null : make(value)
  return typeof test === 'function' && negated ? (row) => !test(row) : test
}

/** @type {ReadonlyMap<string, (value: string) => Test | string>} */
const TESTS = new Map([
  ['status', statusTest],
  ['method', (value) => oneOf(value, ({ method }) => method.toLowerCase())],
  [
    'path',
    (value) =>
      ({ path }) =>
        path.toLowerCase().includes(value),
  ],
  [
    'target',
    (value) =>
      ({ target, targetGroup }) =>
        `${target ?? ''}\n${targetGroup ?? ''}`.toLowerCase().includes(value),
  ],
  ['mode', modeTest],
  [
    'reason',
    (value) =>
      ({ errorReason }) =>
        (errorReason ?? '').toLowerCase().includes(value),
  ],
  ['is', isTest],
  ['slower', slowerTest],
])

/**
 * @param {string} value
 * @returns {Test}
 */
function textTest(value) {
  return (row) => haystack(row).includes(value)
}

/** @type {WeakMap<Row, string>} */
const haystacks = new WeakMap()

/** @param {Row} row */
function haystack(row) {
  let text = haystacks.get(row)
  if (text === undefined) {
    const { method, path, status, target, targetGroup, errorReason } = row
    text = [method, path, status, target, targetGroup, errorReason].join('\n').toLowerCase()
    haystacks.set(row, text)
  }
  return text
}

/**
 * @param {string} list values with commas between
 * @param {(row: Row) => string} read
 * @returns {Test}
 */
function oneOf(list, read) {
  const values = list.split(',')
  return (row) => values.includes(read(row))
}

/**
 * @param {string} list `404`, `5xx`, `>=400`, several with commas
 * @returns {Test | string}
 */
function statusTest(list) {
  /** @type {((status: number) => boolean)[]} */
  const tests = []
  for (const value of list.split(',').filter((part) => part !== '')) {
    const [, sign, limit] = /^(>=|<=|>|<)(\d{3})$/.exec(value) ?? []
    if (sign !== undefined) tests.push(comparison(sign, Number(limit)))
    else if (/^[1-9][\dx]{0,2}$/.test(value)) {
      const pattern = new RegExp(`^${value.replaceAll('x', '\\d')}`)
      tests.push((status) => pattern.test(String(status)))
    } else if (!/^[<>]=?\d{0,2}$/.test(value)) {
      return `status:${value} is no status; write 404, 5xx or >=400`
    }
  }
  return ({ status }) => status !== null && tests.some((test) => test(status))
}

/**
 * @param {string} sign
 * @param {number} limit
 * @returns {(status: number) => boolean}
 */
function comparison(sign, limit) {
  if (sign === '>=') return (status) => status >= limit
  if (sign === '<=') return (status) => status <= limit
  return sign === '>' ? (status) => status > limit : (status) => status < limit
}

/**
 * @param {string} value
 * @returns {Test | string}
 */
function modeTest(value) {
  const modes = ['single', 'multi'].filter((mode) => mode.startsWith(value))
  if (modes.length === 0) return `mode:${value} is neither single nor multi`
  return ({ mode }) => mode !== null && modes.includes(mode)
}

/** @type {ReadonlyMap<string, Test>} */
const STATES = new Map([
  ['cold', ({ coldStart }) => coldStart],
  ['refused', ({ refused }) => refused],
  ['replay', ({ replayOf }) => replayOf !== null],
  ['pending', ({ state }) => state === 'pending'],
  ['abandoned', ({ state }) => state === 'abandoned'],
])

/**
 * @param {string} value
 * @returns {Test | string}
 */
function isTest(value) {
  const states = [...STATES].filter(([name]) => name.startsWith(value)).map(([, test]) => test)
  if (states.length === 0)
    return `is:${value} is unknown; there are ${[...STATES.keys()].join(', ')}`
  return (row) => states.some((test) => test(row))
}

/**
 * @param {string} value `500`, `500ms`, `1.5s`
 * @returns {Test | string}
 */
function slowerTest(value) {
  const [, number, unit = 'ms'] = /^(\d+(?:\.\d*)?)(ms?|s)?$/.exec(value) ?? []
  if (number === undefined) return `slower:${value} is no time; write 500ms or 1.5s`
  const limit = Number(number) * (unit === 's' ? 1000 : 1)
  return ({ durationMs }) => durationMs !== null && durationMs > limit
}
