import { describe, expect, it } from 'vitest'
import type { HeaderField } from '../../../packages/local-alb/src/message.js'
import type { ForwardAction } from '../../../packages/local-alb/src/rules/definition.js'
import {
  type ChosenTargetGroup,
  chooseTargetGroup,
} from '../../../packages/local-alb/src/rules/forward.js'
import { refusalOf } from '../../helpers/http-request.js'

const NOW = Date.parse('2023-03-02T15:08:01Z')
const DAY_MS = 86_400_000

function action(
  weights: Readonly<Record<string, number>>,
  stickinessSeconds?: number,
): ForwardAction {
  const targetGroups = Object.entries(weights).map(([arn, weight]) => ({ arn, weight }))
  return { type: 'forward', targetGroups, ...(stickinessSeconds && { stickinessSeconds }) }
}

/** How often each group is chosen when the random numbers are spread evenly. */
function spread(forward: ForwardAction, count: number): Record<string, number> {
  const chosen: Record<string, number> = {}
  for (let index = 0; index < count; index++) {
    const { arn } = chooseTargetGroup(forward, { headers: [] }, () => index / count)
    chosen[arn] = (chosen[arn] ?? 0) + 1
  }
  return chosen
}

/** What a client sends back of an answer's cookies. */
function asCookies({ cookies }: ChosenTargetGroup): HeaderField[] {
  return [['Cookie', cookies.map(([, value]) => value.split(';')[0]).join('; ')]]
}

const first = (): number => 0
const last = (): number => 0.999_999

describe('weights', () => {
  it('share requests out in proportion', () => {
    expect(spread(action({ blue: 90, green: 10 }), 1000)).toEqual({ blue: 900, green: 100 })
    expect(spread(action({ a: 10, b: 20 }), 300)).toEqual({ a: 100, b: 200 })
    expect(spread(action({ a: 999, b: 999, c: 1, d: 0, e: 1 }), 2000)).toEqual({
      a: 999,
      b: 999,
      c: 1,
      e: 1,
    })
  })

  it('leave a group of weight 0 out, first or last', () => {
    expect(spread(action({ off: 0, on: 1 }), 10)).toEqual({ on: 10 })
    expect(spread(action({ on: 1, off: 0 }), 10)).toEqual({ on: 10 })
  })

  it('that are all 0 are answered with 503, which says so', () => {
    const refusal = refusalOf(() =>
      chooseTargetGroup(action({ blue: 0, green: 0 }), { headers: [] }, first),
    )
    expect(refusal.status).toBe(503)
    expect(refusal.explanation).toContain('blue, green')
  })
})

describe('group stickiness', () => {
  const sticky = action({ blue: 50, green: 50 }, 3600)

  it('is off without a duration', () => {
    expect(chooseTargetGroup(action({ blue: 1 }), { headers: [] }, first).cookies).toEqual([])
  })

  it('sets both cookies as a real load balancer does', () => {
    const { cookies } = chooseTargetGroup(sticky, { headers: [] }, first, NOW)
    const value = '[A-Za-z0-9+/]{171}='
    const attributes = 'Expires=Thu, 09 Mar 2023 15:08:01 GMT; Path=/'
    expect(cookies).toEqual([
      ['Set-Cookie', expect.stringMatching(new RegExp(`^AWSALBTG=${value}; ${attributes}$`))],
      [
        'Set-Cookie',
        expect.stringMatching(
          new RegExp(`^AWSALBTGCORS=${value}; ${attributes}; SameSite=None; Secure$`),
        ),
      ],
    ])
    const [plain, crossOrigin] = cookies.map(([, text]) => /=([^;]+)/.exec(text)?.[1])
    expect(plain).toBe(crossOrigin)
  })

  it('sends a client where it went before, whichever cookie it shows and whatever else is there', () => {
    const answer = chooseTargetGroup(sticky, { headers: [] }, last, NOW)
    expect(answer.arn).toBe('green')
    const [both = ''] = asCookies(answer).map(([, text]) => text)
    const [plain = '', crossOrigin = ''] = both.split('; ')
    for (const headers of [
      [['Cookie', both]],
      [['cookie', plain]],
      [['COOKIE', crossOrigin]],
      [['Cookie', `a=1; ${plain};b=2`]],
      [
        ['Cookie', 'a=1'],
        ['Cookie', plain],
      ],
      [['Cookie', `AWSALBTG=broken; ${crossOrigin}`]],
    ] as HeaderField[][]) {
      expect(chooseTargetGroup(sticky, { headers }, first, NOW).arn).toBe('green')
    }
  })

  it('lasts for the duration of the rule after the latest answer', () => {
    const one = chooseTargetGroup(sticky, { headers: [] }, last, NOW)
    const two = chooseTargetGroup(sticky, { headers: asCookies(one) }, first, NOW + 3_599_000)
    expect(two.arn).toBe('green')
    const three = chooseTargetGroup(sticky, { headers: asCookies(two) }, first, NOW + 7_198_000)
    expect(three.arn).toBe('green')
    const late = chooseTargetGroup(sticky, { headers: asCookies(three) }, first, NOW + DAY_MS)
    expect(late.arn).toBe('blue')
  })

  it.each([
    ['no cookie of ours', 'AWSALBTG=hello'],
    ['an empty one', 'AWSALBTG='],
    ['one of another name', 'XAWSALBTG=hello'],
    [
      'one of the right length and no sense',
      `AWSALBTG=${Buffer.alloc(128, 0xff).toString('base64')}`,
    ],
  ])('goes by the weights when the client shows %s', (_what, cookie) => {
    expect(chooseTargetGroup(sticky, { headers: [['Cookie', cookie]] }, last, NOW).arn).toBe(
      'green',
    )
    expect(chooseTargetGroup(sticky, { headers: [['Cookie', cookie]] }, first, NOW).arn).toBe(
      'blue',
    )
  })

  it('leaves a group that is gone or has the weight 0 and binds the client anew', () => {
    const answer = chooseTargetGroup(sticky, { headers: [] }, last, NOW)
    for (const weights of [
      { blue: 50, green: 0 },
      { blue: 50, red: 0 },
    ]) {
      const moved = chooseTargetGroup(
        action(weights, 3600),
        { headers: asCookies(answer) },
        last,
        NOW,
      )
      expect(moved.arn).toBe('blue')
      expect(chooseTargetGroup(sticky, { headers: asCookies(moved) }, last, NOW).arn).toBe('blue')
    }
  })
})
