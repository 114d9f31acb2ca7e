import { describe, expect, it } from 'vitest'
import {
  type AlbOptions,
  DEFAULTS,
  OPTION_NAMES,
  resolveOptions,
} from '../../packages/local-alb/src/options.js'

/** For each option a value that is not its default, and some that it cannot have. */
const VALUES: { readonly [Name in keyof AlbOptions]-?: readonly [unknown, ...unknown[]] } = {
  xForwardedFor: ['remove', 'drop', '', true, null],
  xForwardedForClientPort: [true, 'true', 1],
  preserveHostHeader: [true, 'yes', null],
  dropInvalidHeaderFields: [true, 0],
  desyncMitigationMode: ['strictest', 'Strictest', 'off'],
  tlsHeaders: [true, 'false'],
  idleTimeoutSeconds: [4000, 0, 4001, 1.5, '60', Infinity],
  serverHeader: [false, null],
  multiValueHeaders: [true, 'multi'],
  listenerPort: [443, 0, 65_536, '443'],
  dnsName: ['shop.example', '', 1],
  h2CookieCrumbs: ['keep', 'split'],
  emptyHeaderValues: ['drop', false],
  emptyQueryKeys: ['drop', null],
  emptyBodyBase64: ['never', true],
  charsetAware: [true, 'utf8'],
  normalizePath: [true, 1],
  requestBodyLimit: [0, -1, 1.5, '1mb'],
  resultLimit: [1, -1, NaN],
  badRequestStatus: [500, 200, 399, 600],
  longHeaderStatus: [413, 431, '413'],
  idleTimeoutEndsInvocation: [true, 60],
  multiValueHealthCheckEvent: ['single', true],
  wrongHeaderForm: ['ignore', '502'],
  oddStatusCode: ['accept', true],
  oddStatusDescription: ['accept', ''],
  invalidBase64: ['accept', 'allow'],
  responseHeaderOrder: ['keep', 'sorted'],
  absoluteLocation: [false, 'false'],
  headContentLength: ['computed', 0],
  defaultContentType: ['none', '', false],
  nonAsciiHeaders: ['refuse', 'latin1'],
}

const names = Object.keys(VALUES) as (keyof AlbOptions)[]

describe('resolveOptions', () => {
  it('knows every option, and gives the defaults without any', () => {
    expect(OPTION_NAMES).toEqual(names)
    expect(resolveOptions()).toEqual(DEFAULTS)
    // Only this one has no default: it is the port that is really listened on.
    expect(names.filter((name) => !(name in DEFAULTS))).toEqual(['listenerPort'])
  })

  it.each(names)('takes a value for %s in the place of the default', (name) => {
    const [value] = VALUES[name]
    expect(DEFAULTS[name]).not.toEqual(value)
    expect(resolveOptions({ [name]: value })).toEqual({ ...DEFAULTS, [name]: value })
  })

  it.each(names)('has the default for %s when it is undefined', (name) => {
    expect(resolveOptions({ [name]: undefined })).toEqual(DEFAULTS)
  })

  it.each(names.flatMap((name) => VALUES[name].slice(1).map((value) => [name, value] as const)))(
    'refuses %s: %o, with its name, the value and what it may be',
    (name, value) => {
      const expected = `Option "${name}" is ${JSON.stringify(value)}; it must be `
      expect(() => resolveOptions({ [name]: value })).toThrow(TypeError)
      expect(() => resolveOptions({ [name]: value })).toThrow(expected)
    },
  )

  it.each(['xForwardedfor', 'toString', '__proto__', ''])(
    'refuses the unknown name %j, and lists those there are',
    (name) => {
      const options: unknown = JSON.parse(`{ ${JSON.stringify(name)}: true }`)
      expect(() => resolveOptions(options as AlbOptions)).toThrow(
        `Unknown option "${name}". The options are: xForwardedFor, `,
      )
    },
  )
})
