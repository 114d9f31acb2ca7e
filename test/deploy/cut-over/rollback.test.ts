import { describe, expect, it } from 'vitest'
import { createAccount, EXISTING, FUNCTION, ruleOf } from './account.js'
import { setUp } from './run-command.js'

describe('rollback', () => {
  it('changes nothing without --yes, and prints its call', async () => {
    const { aws, run } = await setUp(createAccount(60, 40))
    const { code, lines } = await run('rollback')
    expect(code).toBe(0)
    expect(aws.writes).toEqual([])
    expect(lines.join('\n')).toMatch(/aws elbv2 modify-rule .*"Weight":100.*"Weight":0/)
  })

  it('makes one call, to 100 and 0 where nothing was noted', async () => {
    const { aws, run } = await setUp(createAccount(60, 40))
    expect((await run('rollback', '--yes')).code).toBe(0)
    expect(aws.writes).toEqual(['100/0'])
    expect(aws.calls.filter(({ action }) => action.startsWith('Modify'))).toHaveLength(1)
    expect((await run('rollback', '--yes')).lines.at(-1)).toBe(
      'Nothing to do: the rule has existing 100, function 0 (0 %).',
    )
    expect(aws.writes).toEqual(['100/0'])
  })

  it('goes over weights that somebody else set, for it is asked to', async () => {
    const { aws, run } = await setUp(createAccount(7, 0))
    await run('shift', '--to', '10', '--watch', '1m', '--yes')
    ruleOf(aws.account).Actions = createAccount(20, 80).rules[0]?.Actions ?? []
    expect((await run('rollback', '--yes')).code).toBe(0)
    expect(aws.writes).toEqual(['90/10', '7/0'])
  })

  it.each([
    ['weights', 'is no reason not to roll back', 0, ['100/0']],
    ['conditions', 'is one', 6, []],
  ] as const)('finds that a change of %s while it works %s', async (what, _is, code, writes) => {
    const { aws, run } = await setUp(createAccount(60, 40))
    aws.onEffect = ({ action }) => {
      if (action !== 'DescribeTargetGroups') return
      if (what === 'conditions') ruleOf(aws.account).Conditions = []
      else ruleOf(aws.account).Actions = createAccount(20, 80).rules[0]?.Actions ?? []
    }
    expect((await run('rollback', '--yes')).code).toBe(code)
    expect(aws.writes).toEqual(writes)
  })

  it('needs no more than to read the rule and to write it, where the groups are named', async () => {
    const { aws, run } = await setUp(createAccount(60, 40))
    const groups = ['--existing-group', EXISTING, '--function-group', FUNCTION]
    expect((await run('rollback', '--yes', ...groups)).code).toBe(0)
    const actions = new Set(aws.calls.map(({ action }) => action))
    expect([...actions]).toEqual(['DescribeRules', 'ModifyRule'])
  })

  it('needs neither metrics nor alarms nor health', async () => {
    const { aws, run } = await setUp(createAccount(60, 40))
    aws.onCall = ({ action }) =>
      ['DescribeRules', 'DescribeTargetGroups', 'ModifyRule'].includes(action)
        ? undefined
        : { kind: 'status', status: 403, code: 'AccessDenied' }
    expect((await run('rollback', '--yes')).code).toBe(0)
    expect(aws.writes).toEqual(['100/0'])
  })

  it('from elsewhere ends a shift that is watching, which writes nothing more', async () => {
    const { aws, clock, run } = await setUp()
    let other: Promise<{ readonly code: number }> | undefined
    clock.onSleep = (sleeps) => {
      if (sleeps === 1) other = run('rollback', '--yes')
    }
    const steps = ['shift', '--steps', '10,100', '--watch', '5m', '--interval', '1m', '--yes']
    const { code } = await run(...steps)
    expect(code).toBe(6)
    expect((await other)?.code).toBe(0)
    expect(aws.writes).toEqual(['90/10', '100/0'])
  })

  it('lets a shift begin anew afterwards', async () => {
    const { aws, run } = await setUp()
    const shift = ['shift', '--to', '10', '--watch', '1m', '--yes'] as const
    await run(...shift)
    await run('rollback', '--yes')
    expect((await run(...shift)).code).toBe(0)
    expect(aws.writes).toEqual(['90/10', '100/0', '90/10'])
  })
})
