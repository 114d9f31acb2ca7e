import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import {
  createAccount,
  DEFAULT_RULE,
  EXISTING,
  FUNCTION,
  LISTENER,
  ruleOf,
  THIRD,
  weightsOf,
} from './account.js'
import { setUp } from './run-command.js'

const STATE = 'cutover-9683b2d02a6cabee.json'
const shift10 = ['shift', '--to', '10', '--watch', '5m', '--interval', '1m'] as const

describe('shift', () => {
  it('changes nothing without --yes, and prints the calls that it would make', async () => {
    const { aws, run, weights } = await setUp()
    const { code, lines } = await run('shift', '--steps', '1,50,100')
    expect(code).toBe(0)
    expect(aws.writes).toEqual([])
    expect(
      aws.calls.map(({ action }) => action).filter((name) => name.startsWith('Modify')),
    ).toEqual([])
    expect(weights()).toBe('100/0')
    const calls = lines.join('\n').match(/aws elbv2 modify-rule .*/g) ?? []
    expect(calls.map((call) => (call.match(/"Weight":\d+/g) ?? []).join())).toEqual([
      '"Weight":99,"Weight":1',
      '"Weight":50,"Weight":50',
      '"Weight":0,"Weight":100',
      '"Weight":100,"Weight":0',
    ])
  })

  it('gives the function its share and watches it for the time and for late metrics', async () => {
    const { aws, clock, run, weights } = await setUp()
    const start = clock.now()
    const { code, lines } = await run(...shift10, '--yes')
    expect(lines.at(-1)).toBe('Done: the rule has existing 90, function 10 (10 %).')
    expect(code).toBe(0)
    expect(aws.writes).toEqual(['90/10'])
    expect(weights()).toBe('90/10')
    expect(clock.now() - start).toBe(7 * 60_000)
  })

  it('goes step by step, each after the one before was watched', async () => {
    const { aws, clock, run } = await setUp()
    const start = clock.now()
    const { code } = await run('shift', '--steps', '0.5,5,100', '--watch', '2m', '--yes')
    expect(code).toBe(0)
    expect(aws.writes).toEqual(['995/5', '95/5', '0/100'])
    expect(clock.now() - start).toBe(3 * 4 * 60_000)
  })

  it('changes the weights only: stickiness, sign-in, order and a third group stay', async () => {
    const account = createAccount()
    const rule = ruleOf(account)
    rule.Actions = [
      {
        Type: 'authenticate-oidc',
        Order: 1,
        AuthenticateOidcConfig: {
          Issuer: 'https://id.example.com',
          AuthorizationEndpoint: 'https://id.example.com/auth',
          TokenEndpoint: 'https://id.example.com/token',
          UserInfoEndpoint: 'https://id.example.com/user',
          ClientId: 'shop & <co>',
          SessionTimeout: 604_800,
        },
      },
      {
        Type: 'forward',
        Order: 2,
        ForwardConfig: {
          TargetGroups: [
            { TargetGroupArn: THIRD, Weight: 0 },
            { TargetGroupArn: FUNCTION, Weight: 0 },
            { TargetGroupArn: EXISTING, Weight: 7 },
          ],
          TargetGroupStickinessConfig: { Enabled: true, DurationSeconds: 3_600 },
        },
      },
    ]
    const before = structuredClone(rule)
    const { run } = await setUp(account)
    const { lines } = await run(...shift10, '--yes')
    expect(lines.at(-1)).toContain('Done')
    expect(lines.join('\n')).toContain(
      'Stickiness is on: clients stay with the group they got for up to 1h',
    )
    const expected = structuredClone(before)
    Object.assign(expected.Actions[0]?.['AuthenticateOidcConfig'] as object, {
      UseExistingClientSecret: true,
    })
    Object.assign(expected.Actions[1]?.['ForwardConfig'] as object, {
      TargetGroups: [
        { TargetGroupArn: THIRD, Weight: 0 },
        { TargetGroupArn: FUNCTION, Weight: 10 },
        { TargetGroupArn: EXISTING, Weight: 90 },
      ],
    })
    expect(rule).toEqual(expected)
  })

  it('writes the actions and nothing else of the rule', async () => {
    const { aws, run } = await setUp()
    await run(...shift10, '--yes')
    const call = aws.calls.find(({ action }) => action === 'ModifyRule')
    expect(Object.keys(call?.parameters ?? {})).toEqual(['RuleArn', 'Actions'])
  })

  it("changes the listener's default rule through the listener", async () => {
    const { aws, run } = await setUp()
    const { code, lines } = await run(
      ...shift10,
      '--yes',
      '--listener',
      LISTENER,
      '--priority',
      'default',
    )
    expect(code).toBe(0)
    expect(weightsOf(ruleOf(aws.account, DEFAULT_RULE).Actions)).toBe('90/10')
    expect(weightsOf(ruleOf(aws.account).Actions)).toBe('100/0')
    const write = aws.calls.find(({ action }) => action === 'ModifyListener')
    expect(Object.keys(write?.parameters ?? {})).toEqual(['ListenerArn', 'DefaultActions'])
    expect(lines.join('\n')).toContain(
      `aws elbv2 modify-listener --listener-arn ${LISTENER} --default-actions '[`,
    )
  })

  it('finds a rule by its priority on a later page of rules', async () => {
    const account = createAccount()
    account.rules.reverse()
    const { run, weights } = await setUp(account)
    expect(
      (await run(...shift10, '--yes', '--listener', LISTENER, '--priority', '40000')).code,
    ).toBe(0)
    expect(weights()).toBe('90/10')
  })

  it('watches a share that is there already, without a call', async () => {
    const { aws, clock, run } = await setUp(createAccount(9, 1))
    const start = clock.now()
    expect((await run(...shift10, '--yes')).code).toBe(0)
    expect(aws.writes).toEqual([])
    expect(clock.now() - start).toBe(7 * 60_000)
  })

  it('leaves out steps below the share that the function has', async () => {
    const { aws, run } = await setUp(createAccount(75, 25))
    const { lines } = await run('shift', '--steps', '1,5,100', '--watch', '1m', '--yes')
    expect(aws.writes).toEqual(['0/100'])
    expect(lines.join('\n')).toContain('5 % is left out')
  })

  it('takes requests back by --to, and does not watch where none are left', async () => {
    const { aws, clock, run } = await setUp(createAccount(50, 50))
    const start = clock.now()
    expect((await run('shift', '--to', '0', '--yes')).code).toBe(0)
    expect(aws.writes).toEqual(['100/0'])
    expect(clock.now()).toBe(start)
  })

  it('notes where it came from before the first call, and keeps that through later shifts', async () => {
    const { aws, folder, run } = await setUp(createAccount(7, 0))
    let noted: unknown
    aws.onCall = ({ action }) => {
      if (action === 'ModifyRule') noted ??= JSON.parse(readFileSync(join(folder, STATE), 'utf8'))
    }
    await run(...shift10, '--yes')
    expect(noted).toMatchObject({
      original: { existing: 7, function: 0 },
      pending: { existing: 90, function: 10 },
    })
    await run('shift', '--to', '20', '--watch', '1m', '--yes')
    expect(aws.writes).toEqual(['90/10', '80/20'])
    expect((await run('rollback', '--yes')).code).toBe(0)
    expect(aws.writes.at(-1)).toBe('7/0')
  })

  it('has nothing to do where the step was watched to its end', async () => {
    const { aws, clock, run } = await setUp()
    await run(...shift10, '--yes')
    const before = clock.now()
    const { code, lines } = await run(...shift10, '--yes')
    expect(code).toBe(0)
    expect(lines.at(-1)).toBe('Nothing to do: the rule has existing 90, function 10 (10 %).')
    expect(aws.writes).toEqual(['90/10'])
    expect(clock.now()).toBe(before)
  })
})

describe('shift refuses, and makes no call,', () => {
  const refused = async (
    account: ReturnType<typeof createAccount>,
    ...args: readonly string[]
  ): Promise<string> => {
    const { aws, run } = await setUp(account)
    const { code, lines } = await run(...shift10, '--yes', ...args)
    expect(code).toBe(4)
    expect(aws.writes).toEqual([])
    return lines.at(-1) ?? ''
  }

  it('a rule that does not forward', async () => {
    const account = createAccount()
    ruleOf(account).Actions = [
      { Type: 'fixed-response', FixedResponseConfig: { StatusCode: '503' } },
    ]
    expect(await refused(account)).toBe(
      'The rule does not forward to target groups: its action is fixed-response.',
    )
  })

  it('a rule with one group', async () => {
    const account = createAccount()
    ruleOf(account).Actions = [{ Type: 'forward', TargetGroupArn: EXISTING }]
    expect(await refused(account)).toContain('forwards to one target group only')
  })

  it('a rule that forwards to another group than the one that is named', async () => {
    expect(await refused(createAccount(), '--existing-group', THIRD)).toContain(
      `does not forward to ${THIRD}`,
    )
  })

  it('a rule with a third group that gets requests', async () => {
    const account = createAccount()
    const config = ruleOf(account).Actions[0]?.['ForwardConfig'] as { TargetGroups: object[] }
    config.TargetGroups.push({ TargetGroupArn: THIRD, Weight: 5 })
    expect(await refused(account, '--existing-group', EXISTING)).toContain(
      `a third target group as well: ${THIRD} with weight 5`,
    )
  })

  it('two groups of which neither is a function, unless it is named', async () => {
    const account = createAccount()
    account.types[FUNCTION] = 'ip'
    expect(await refused(account)).toContain('name it with --function-group')
    const { run } = await setUp(account)
    expect((await run(...shift10, '--yes', '--function-group', FUNCTION)).code).toBe(0)
  })

  it('both weights 0', async () => {
    expect(await refused(createAccount(0, 0))).toContain('Both weights are 0')
  })

  it('an alarm that fires already, and one that does not exist', async () => {
    const account = createAccount()
    account.alarms[2] = { name: 'shop-all', state: 'ALARM', composite: true }
    expect(await refused(account, '--alarm-prefix', 'shop-')).toContain(
      'shop-all (shop-all is ALARM)',
    )
    expect(await refused(createAccount(), '--alarm', 'shp-all')).toBe('There is no alarm shp-all.')
    expect(await refused(createAccount(), '--alarm-prefix', 'shp-')).toContain('begins with shp-')
  })

  it.each(['unhealthy', 'draining', 'none'])('a function whose target is: %s', async (state) => {
    const account = createAccount()
    account.targets[FUNCTION] = state === 'none' ? [] : [{ id: 'x', state }]
    expect(await refused(account)).toContain("The function's group has nothing that can serve")
  })

  it('a rule that does not exist', async () => {
    const { run } = await setUp()
    const { code, lines } = await run(
      ...shift10,
      '--yes',
      '--listener',
      LISTENER,
      '--priority',
      '7',
    )
    expect(code).toBe(4)
    expect(lines.at(-1)).toBe('The listener has no rule with priority 7. It has: 40000, default.')
  })

  it('a state file that is about another rule, or is none', async () => {
    const { aws, folder, run } = await setUp()
    writeFileSync(join(folder, STATE), '{"half":')
    expect(await run(...shift10, '--yes')).toMatchObject({ code: 4 })
    await run(...shift10, '--yes', '--state', 'one.json')
    aws.writes.length = 0
    const { code, lines } = await run(
      ...`shift --to 20 --yes --state one.json --listener ${LISTENER} --priority default`.split(
        ' ',
      ),
    )
    expect(code).toBe(4)
    expect(lines.at(-1)).toContain('is about another cut-over')
    expect(aws.writes).toEqual([])
  })
})

describe('the command line', () => {
  it.each([
    [['shift', '--to', '101'], '101'],
    [['shift', '--to', '1.23'], 'one decimal'],
    [['shift', '--to', 'ten'], 'percentage'],
    [['shift', '--steps', '5,1'], 'rise'],
    [['shift', '--steps', '0,1'], 'above 0'],
    [['shift', '--to', '1', '--steps', '5'], 'either --to 10'],
    [['shift'], 'either --to 10'],
    [['shift', '--to', '1', '--watch', '10'], '10m'],
    [['shift', '--steps', '1,5', '--watch', '0'], '--watch'],
    [['shift', '--to', '1', '--interval', '0'], 'longer than 0'],
    [['shift', '--to', '1', '--max-error-rate', '200%'], 'percentage'],
    [['shift', '--to', '1', '--when-quiet', 'guess'], 'hold, continue'],
    [['status', '--rule', LISTENER], 'use --listener'],
    [['status', '--listener', LISTENER], '--priority'],
    [
      ['status', '--rule', 'arn:aws:elasticloadbalancing:eu-west-1:1:listener-rule/net/a/b/c/d'],
      'Application',
    ],
    [['status', '--no-such'], '--no-such'],
    [['shfit'], 'shift'],
  ])('is not understood: %j', async (args, hint) => {
    const { aws, run } = await setUp()
    const { code, errors } = await run(...args)
    expect(errors.join('\n')).toContain(hint)
    expect(code).toBe(2)
    expect(aws.calls).toEqual([])
  })
})
