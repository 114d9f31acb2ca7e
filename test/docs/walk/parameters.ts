import type { Template } from '../../deploy/forms/template.js'

/**
 * What CloudFormation checks of parameters before it does anything.
 *
 * @throws {Error} naming what is missing, unknown, or not allowed
 */
export function checkParameters(
  { Parameters = {} }: Template,
  given: Readonly<Record<string, string>>,
): void {
  const problems: string[] = []
  for (const name of Object.keys(given)) {
    if (!Object.hasOwn(Parameters, name)) problems.push(`${name} is no parameter`)
  }
  for (const [name, definition] of Object.entries(Parameters)) {
    const value = given[name] ?? (definition['Default'] as string | number | undefined)
    if (value === undefined) problems.push(`${name} is missing`)
    else problems.push(...problemsOf(name, definition, String(value)))
  }
  if (problems.length > 0) throw new Error(problems.join('; '))
}

function problemsOf(
  name: string,
  definition: Readonly<Record<string, unknown>>,
  value: string,
): string[] {
  const { Type, AllowedPattern, AllowedValues, MinValue, MaxValue, MinLength, MaxLength } =
    definition
  const problem = (what: string): string[] => [`${name} is "${value}": ${what}`]
  if (Type === 'Number' && (value === '' || Number.isNaN(Number(value)))) {
    return problem('a number is needed')
  }
  if (typeof AllowedPattern === 'string' && !new RegExp(AllowedPattern).test(value)) {
    return problem(AllowedPattern)
  }
  if (Array.isArray(AllowedValues) && !AllowedValues.map(String).includes(value)) {
    return problem(AllowedValues.join(', '))
  }
  const isOutside =
    Number(value) < Number(MinValue ?? -Infinity) || Number(value) > Number(MaxValue ?? Infinity)
  if (Type === 'Number' && isOutside) return problem(`${String(MinValue)} to ${String(MaxValue)}`)
  const isLong =
    value.length < Number(MinLength ?? 0) || value.length > Number(MaxLength ?? Infinity)
  return isLong ? problem(`${String(MinLength)} to ${String(MaxLength)} characters`) : []
}
