import { describe, expect, it } from 'vitest'
import { createAccount, FUNCTION, ruleOf } from './account.js'
import { setUp } from './run-command.js'

describe('status', () => {
  it('shows weights, health, errors of both groups, the function, and alarms', async () => {
    const account = createAccount(90, 10)
    Object.assign(account.perMinute, {
      target5xx: 1,
      userErrors: 2,
      existing5xx: 9,
      throttles: 1,
      elb5xx: 4,
    })
    const { aws, run } = await setUp(account)
    const { code, lines } = await run('status', '--alarm-prefix', 'shop-', '--window', '5m')
    expect(code).toBe(0)
    const page = lines.join('\n')
    expect(page).toMatch(/priority 40000: path-pattern \/\*; stickiness off/)
    expect(page).toMatch(/existing +shop-ec2 +instance +90 +90 % +2 healthy +4500 +45 +1 %/)
    expect(page).toMatch(/function +shop +lambda +10 +10 % +1 not checked +500 +15 +3 %/)
    expect(page).toContain(
      "Function's group: 5xx of the app 5, LambdaUserError 10, LambdaInternalError 0",
    )
    expect(page).toContain('Function shop:live: 500 invocations, 0 errors, 5 throttles')
    expect(page).toContain('5xx 20, of these 502 20')
    expect(page).toContain(
      'shop-all OK, shop-function-errors INSUFFICIENT_DATA, shop-target-5xx OK',
    )
    expect(page).toContain('Noted: nothing; a rollback goes to existing 100, function 0')
    expect(aws.writes).toEqual([])
  })

  it('says what a shift has noted, and that somebody else changed the rule since', async () => {
    const { aws, run } = await setUp(createAccount(7, 0))
    await run('shift', '--to', '10', '--watch', '1m', '--yes')
    expect((await run('status')).lines.join('\n')).toContain(
      'Noted: passed; a rollback goes to existing 7, function 0 (0 %)',
    )
    ruleOf(aws.account).Actions = createAccount(20, 80).rules[0]?.Actions ?? []
    expect((await run('status')).lines.join('\n')).toContain(
      'changed by somebody else: this command left it with existing 90, function 10',
    )
  })

  it('gives the same as one object with --json', async () => {
    const account = createAccount(90, 10)
    account.targets[FUNCTION] = []
    const { run } = await setUp(account)
    const { events } = await run('status', '--json')
    expect(events.map(({ event }) => event)).toEqual(['status', 'end'])
    expect(events[0]).toMatchObject({
      weights: { existing: 90, function: 10 },
      counts: { existing: { requests: 900 * 5 } },
      warnings: ["The function's group cannot serve: no target."],
    })
  })
})
