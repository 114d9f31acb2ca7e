import { InvalidArgumentError, Option } from 'commander'

/** An option whose value is a whole number in a range. */
export function numberOption(flags: string, description: string, min: number, max: number): Option {
  return new Option(flags, description).argParser((value) => {
    const parsed = Number(value)
    if (/^\d+$/.test(value) && parsed >= min && parsed <= max) return parsed
    throw new InvalidArgumentError(`It must be a whole number from ${min} to ${max}.`)
  })
}

/** For an option in seconds, up to the longest timeout that Lambda has. */
export function toSeconds(value: string): number {
  const seconds = Number(value)
  if (seconds > 0 && seconds <= 900) return seconds
  throw new InvalidArgumentError('It must be a number above 0, at most 900.')
}

/** For an option that may be repeated: all of its values. */
export function collect(value: string, before: readonly string[] = []): string[] {
  return [...before, value]
}
