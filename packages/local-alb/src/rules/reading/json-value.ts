/** A configuration that cannot be used. Its message says where, what stands there, and what to do. */
export class ConfigurationError extends TypeError {
  override readonly name = 'ConfigurationError'
}

const LONGEST_SHOWN = 80

/** A value from a JSON text and the place where it stands, so that every complaint can name both. */
export class JsonValue {
  readonly value: unknown
  /** Such as `rules.json: Rules[2].Conditions[0].Field`. */
  readonly path: string
  readonly #isFile: boolean

  /** @param isFile whether the path is that of a file and this all that stands in it */
  constructor(value: unknown, path: string, isFile = false) {
    this.value = value
    this.path = path
    this.#isFile = isFile
  }

  /** Not there, or `null`. */
  get isAbsent(): boolean {
    return this.value === undefined || this.value === null
  }

  get isText(): boolean {
    return typeof this.value === 'string'
  }

  get isObject(): boolean {
    return typeof this.value === 'object' && this.value !== null && !Array.isArray(this.value)
  }

  /** A member of an object, which may be absent. */
  at(key: string): JsonValue {
    const object = this.#object()
    return new JsonValue(Object.hasOwn(object, key) ? object[key] : undefined, this.#pathTo(key))
  }

  entries(): readonly (readonly [string, JsonValue])[] {
    return Object.entries(this.#object()).map(([key, value]) => [
      key,
      new JsonValue(value, this.#pathTo(key)),
    ])
  }

  /** The elements of an array; none when it is absent. */
  items(): readonly JsonValue[] {
    if (this.isAbsent) return []
    if (!Array.isArray(this.value)) throw this.wrong('it must be an array: [ … ]')
    return this.value.map((item: unknown, index) => new JsonValue(item, this.#step(`[${index}]`)))
  }

  text(what = 'it must be a string'): string {
    if (typeof this.value !== 'string' || this.value === '') throw this.wrong(what)
    return this.value
  }

  /** AWS prints some numbers as strings: both are taken. */
  integer(from: number, to: number): number {
    const number =
      typeof this.value === 'string' && this.value !== '' ? Number(this.value) : this.value
    if (typeof number !== 'number' || !Number.isInteger(number) || number < from || number > to) {
      throw this.wrong(`it must be a whole number from ${from} to ${to}`)
    }
    return number
  }

  /** AWS prints attributes as strings: both are taken. */
  flag(): boolean {
    if (this.value === true || this.value === 'true') return true
    if (this.value === false || this.value === 'false') return false
    throw this.wrong('it must be true or false')
  }

  oneOf<Choice extends string>(choices: readonly Choice[]): Choice {
    const choice = choices.find((candidate) => candidate === this.value)
    if (choice === undefined) throw this.wrong(`it must be ${list(choices)}`)
    return choice
  }

  /** To be thrown. */
  wrong(instruction: string): ConfigurationError {
    return this.isAbsent
      ? new ConfigurationError(`${this.path} is missing; ${instruction}`)
      : new ConfigurationError(`${this.path} is ${this.shown}; ${instruction}`)
  }

  /** The value as it stands in messages, cut where it is long. */
  get shown(): string {
    const text = JSON.stringify(this.value) ?? String(this.value)
    return text.length > LONGEST_SHOWN ? `${text.slice(0, LONGEST_SHOWN)}…` : text
  }

  #object(): Record<string, unknown> {
    if (!this.isObject) throw this.wrong('it must be an object: { … }')
    // Checked in the line before.
    return this.value as Record<string, unknown>
  }

  #pathTo(key: string): string {
    if (!/^[A-Za-z_][\w-]*$/.test(key)) return this.#step(`[${JSON.stringify(key)}]`)
    return this.#step(this.#isFile ? key : `.${key}`)
  }

  #step(step: string): string {
    return this.#isFile ? `${this.path}: ${step}` : `${this.path}${step}`
  }
}

/** Such as `"a", "b" or "c"`. */
export function list(choices: readonly string[]): string {
  const quoted = choices.map((choice) => JSON.stringify(choice))
  const last = quoted.pop() ?? 'nothing'
  return quoted.length === 0 ? last : `${quoted.join(', ')} or ${last}`
}
