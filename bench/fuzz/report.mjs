// What a run tells while it goes on, and at its end.
import { inspect } from 'node:util'
import { ENDINGS } from './endings/index.mjs'
import { INGREDIENTS } from './ingredients/index.mjs'
import { toDescription } from './describe.mjs'

/** @typedef {import('./try-case.mjs').Tried} Tried */

export class Report {
  failures = 0
  #options
  #cases = 0
  #requests = 0
  #start = performance.now()
  /** @type {Map<string, number>} */
  #used = new Map([...Object.keys(INGREDIENTS), ...Object.keys(ENDINGS)].map((name) => [name, 0]))
  /** @type {Map<string, number[]>} */
  #kinds = new Map()

  /** @param {import('./options.mjs').Options} options */
  constructor(options) {
    this.#options = options
    console.log(`Node ${process.version}, seed ${options.seed}, express ${options.majors.join()}`)
  }

  /** @param {Tried} tried */
  add({ number, requests, names, failure }) {
    this.#cases += 1
    this.#requests += requests
    for (const name of names) this.#used.set(name, (this.#used.get(name) ?? 0) + 1)
    if (!failure) return
    const kind = kindOf(failure)
    this.#kinds.set(kind, [...(this.#kinds.get(kind) ?? []), number])
    this.failures += 1
    if (this.#kinds.get(kind)?.length === 1) this.#show(number, failure)
  }

  /** @param {number | null} code */
  crashed(code) {
    this.failures += 1
    console.log(`A worker ended with ${code}.`)
  }

  progress() {
    const seconds = ((performance.now() - this.#start) / 1000).toFixed(0)
    console.log(
      `${seconds} s: ${this.#cases} apps, ${this.#requests} requests, ${this.failures} differences`,
    )
  }

  summary() {
    this.progress()
    const all = [...this.#used].toSorted(([, a], [, b]) => b - a)
    // Of one case, what was not in it says nothing.
    const used = this.#cases > 1 ? all : all.filter(([, times]) => times > 0)
    console.log('\nUsed in how many places:')
    for (const [name, times] of used) console.log(`${String(times).padStart(8)}  ${name}`)
    if (this.#kinds.size > 0) console.log('\nDifferences by kind, with the numbers of their cases:')
    for (const [kind, numbers] of this.#kinds) {
      console.log(
        `${String(numbers.length).padStart(8)}  ${kind}: ${numbers.slice(0, 5).join(', ')}`,
      )
    }
  }

  /** @param {number} number @param {NonNullable<Tried['failure']>} failure */
  #show(number, { smallest, found }) {
    const { seed, majors } = this.#options
    const again = `npm run fuzz -- --seed ${seed} --case ${number} --express ${majors.join()}`
    console.log(
      `\nA difference in ${found.aspect}, at request ${found.request + 1}. Again: ${again}\n`,
    )
    console.log(toDescription(smallest))
    const text = (/** @type {unknown} */ value) =>
      inspect(value, { depth: 6, maxStringLength: 300 })
    console.log(`On a plain server:\n${text(found.plain)}\nAs a function:\n${text(found.alb)}`)
    if (found.codes.length > 0) console.log(`The adapter logged: ${found.codes.join(', ')}`)
  }
}

/** @param {NonNullable<Tried['failure']>} failure */
function kindOf({ smallest, found }) {
  const parts = [
    ...smallest.stack,
    ...smallest.routes.flatMap(({ before, ending }) => [...before, ending]),
  ]
  return `${found.aspect}: ${parts.map(({ kind }) => kind).join(' + ')}`
}
