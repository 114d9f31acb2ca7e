import { findProblems } from './checks.js'
import { defaults } from './defaults.js'
import type { AlbFunctionProps, RequiredName, Settings } from './props.js'

/** The properties that everybody must give. */
export const requiredNames: readonly RequiredName[] = ['name', 'testHeaderValue']

/**
 * The properties with their defaults, checked.
 *
 * @throws an error that names every property that is not right, shows its value and says what to do. Tokens, which get
 * their values in the deployment, pass.
 */
export function toSettings(props: AlbFunctionProps): Settings {
  const { code, ...named } = props
  const missing = requiredNames.filter((name) => props[name] === undefined)
  const given = Object.entries(named).filter(([, value]) => value !== undefined)
  // Every property that is absent has a default, or is missing.
  const settings = {
    name: 'missing',
    testHeaderValue: '',
    ...defaults,
    ...Object.fromEntries(given),
  } as Settings
  const problems = [
    ...missing.map((name) => `${name} is missing`),
    ...findProblems(settings, code !== undefined),
  ]
  if (problems.length > 0) {
    throw new Error(['AlbFunction cannot be made:', ...problems].join('\n- '))
  }
  return settings
}
