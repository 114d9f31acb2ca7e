import { describe, expect, it } from 'vitest'
import { type Account, createAccount, EXISTING, FUNCTION, ruleOf } from './account.js'
import { setUp, type Stage } from './run-command.js'

const shift = ['shift', '--yes', '--interval', '1m', '--watch', '5m', '--to', '10'] as const

/** Something goes wrong in the middle of the watch. */
async function shiftUntil(
  happen: (account: Account, stage: Stage) => void,
  ...args: readonly string[]
): Promise<Awaited<ReturnType<Stage['run']>> & { readonly stage: Stage }> {
  const stage = await setUp()
  stage.clock.onSleep = (sleeps) => {
    if (sleeps === 2) happen(stage.aws.account, stage)
  }
  return { ...(await stage.run(...shift, ...args)), stage }
}

describe('shift rolls back by one call', () => {
  it.each<[string, (account: Account) => void, string, string[]]>([
    [
      'when an alarm fires',
      ({ alarms }) => void (alarms[0] = { name: 'shop-target-5xx', state: 'ALARM' }),
      'the alarm shop-target-5xx fires: shop-target-5xx is ALARM',
      ['--alarm', 'shop-target-5xx'],
    ],
    [
      'when a composite alarm named by its ARN fires',
      ({ alarms }) => void (alarms[2] = { name: 'shop-all', state: 'ALARM', composite: true }),
      'the alarm shop-all fires',
      ['--alarm', 'arn:aws:cloudwatch:eu-west-1:123456789012:alarm:shop-all'],
    ],
    [
      'when the app answers too often with 5xx',
      ({ perMinute }) => void (perMinute.target5xx = 2),
      '2 of 100 requests failed, more than 1 % (5xx of the app 2, LambdaUserError 0, LambdaInternalError 0)',
      [],
    ],
    [
      'when the load balancer answers in place of the function',
      ({ perMinute }) => void (perMinute.userErrors = 2),
      'LambdaUserError 2',
      [],
    ],
    [
      'when Lambda fails',
      ({ perMinute }) => void (perMinute.internalErrors = 2),
      'LambdaInternalError 2',
      [],
    ],
    [
      'when invocations fail',
      ({ perMinute }) => void (perMinute.errors = 2),
      '2 of 100 invocations failed and 0 were throttled',
      [],
    ],
    [
      'when invocations are throttled',
      ({ perMinute }) => void (perMinute.throttles = 2),
      '0 of 100 invocations failed and 2 were throttled',
      [],
    ],
    [
      'when few requests came, and most failed',
      ({ perMinute }) => Object.assign(perMinute, { requests: 3, userErrors: 3 }),
      '3 of 3 requests failed',
      [],
    ],
    [
      'when the load balancer itself fails more often than it may',
      ({ perMinute }) => void (perMinute.elb5xx = 40),
      'answered 40 requests with 5xx itself, more than 39',
      ['--max-elb-5xx', '39'],
    ],
    [
      'when the function is taken out of its group',
      ({ targets }) => void (targets[FUNCTION] = []),
      'no target of the function’s group can serve: no target'.replace('’', "'"),
      [],
    ],
    [
      'when the function becomes unhealthy',
      ({ targets }) => void (targets[FUNCTION] = [{ id: 'x', state: 'unhealthy' }]),
      '1 unhealthy',
      [],
    ],
    [
      'when an alarm it looks at is deleted, so that it sees no more',
      ({ alarms }) => void alarms.splice(0, 1),
      'nothing can be seen: There is no alarm shop-target-5xx.',
      ['--alarm', 'shop-target-5xx'],
    ],
  ])('%s', async (_when, happen, reason, args) => {
    const { code, lines, stage } = await shiftUntil(happen, ...args)
    expect(lines.at(-1)).toContain('Rolled back to existing 100, function 0 (0 %), because')
    expect(lines.at(-1)).toContain(reason)
    expect(code).toBe(3)
    expect(stage.aws.writes).toEqual(['90/10', '100/0'])
  })

  it('with the look that comes after late metrics, however long before they were counted', async () => {
    const stage = await setUp()
    stage.clock.onSleep = (sleeps) => {
      // The last look of five minutes and two for late metrics.
      if (sleeps === 6) stage.aws.account.perMinute.target5xx = 50
    }
    expect((await stage.run(...shift)).code).toBe(3)
    expect(stage.aws.writes).toEqual(['90/10', '100/0'])
  })

  it('to the weights of before the first shift, from a later step, too', async () => {
    const stage = await setUp(createAccount(7, 0))
    stage.aws.onEffect = () => {
      if (stage.weights() === '75/25') stage.aws.account.perMinute.target5xx = 10
    }
    const steps = ['shift', '--yes', '--interval', '1m', '--watch', '1m', '--steps', '1,5,25,100']
    expect((await stage.run(...steps)).code).toBe(3)
    expect(stage.aws.writes).toEqual(['99/1', '95/5', '75/25', '7/0'])
  })

  it('after so many looks in a row that saw nothing', async () => {
    const { code, lines, stage } = await shiftUntil(
      (_account, { aws }) => {
        aws.onCall = ({ action }) =>
          action === 'GetMetricData'
            ? { kind: 'status', status: 403, code: 'AccessDenied' }
            : undefined
      },
      '--max-read-failures',
      '2',
    )
    expect(code).toBe(3)
    expect(lines.filter((line) => line.includes('Look'))).toHaveLength(2)
    expect(lines.at(-1)).toContain('because nothing can be seen: AccessDenied')
    expect(stage.weights()).toBe('100/0')
  })
})

describe('shift does not roll back', () => {
  it('what stays within the bound', async () => {
    const { code, stage } = await shiftUntil(({ perMinute }) => {
      Object.assign(perMinute, { target5xx: 1, errors: 1, existing5xx: 500, elb5xx: 500 })
    })
    expect(code).toBe(0)
    expect(stage.aws.writes).toEqual(['90/10'])
  })

  it('for some looks that failed, when one sees again', async () => {
    const { code } = await shiftUntil((_account, { aws }) => {
      let failures = 0
      aws.onCall = ({ action }) =>
        action === 'DescribeTargetHealth' && failures++ < 2
          ? { kind: 'status', status: 403, code: 'AccessDenied' }
          : undefined
    })
    expect(code).toBe(0)
  })

  it('without seeing, with --when-blind stop: the weights stay and it says so', async () => {
    const { code, lines, stage } = await shiftUntil(
      ({ alarms }) => void alarms.splice(0, 1),
      ...'--alarm shop-target-5xx --when-blind stop'.split(' '),
    )
    expect(code).toBe(1)
    expect(lines.at(-1)).toContain(
      'The rule has existing 90, function 10 (10 %) and is not watched',
    )
    expect(stage.aws.writes).toEqual(['90/10'])
  })

  it('to more for the function: a way down that goes wrong ends there, and says so', async () => {
    const stage = await setUp(createAccount(0, 100))
    stage.aws.onEffect = () => {
      if (stage.weights() === '50/50') stage.aws.account.perMinute.target5xx = 10
    }
    const { code, lines } = await stage.run('shift', '--to', '50', '--yes')
    expect(code).toBe(7)
    expect(lines.at(-1)).toContain('It was not rolled back')
    expect(stage.aws.writes).toEqual(['50/50'])
  })
})

describe('the time that is watched', () => {
  it('goes on where Ctrl-C ended it', async () => {
    const stage = await setUp()
    const { clock, run } = stage
    const start = clock.now()
    clock.onSleep = (sleeps) => {
      if (sleeps === 3) stage.interrupt()
    }
    expect((await run(...shift)).code).toBe(130)
    expect((await run(...shift)).code).toBe(0)
    expect(clock.now() - start).toBe(7 * 60_000)
  })

  it('begins with the shift, also after a roll-back: what was before has been judged', async () => {
    const { aws, clock, run } = await setUp()
    const from = (): number =>
      Number(
        aws.calls.findLast(({ action }) => action === 'GetMetricData')?.parameters['StartTime'],
      )
    aws.account.perMinute.target5xx = 50
    const start = clock.now()
    expect((await run(...shift)).code).toBe(3)
    expect(from()).toBe(start / 1_000)
    aws.account.perMinute.target5xx = 0
    await clock.sleep(60_000)
    const again = clock.now()
    expect((await run(...shift)).code).toBe(0)
    expect(from()).toBe(again / 1_000)
  })
})

describe('with too few requests', () => {
  const quiet = (): Account => {
    const account = createAccount()
    Object.assign(account.perMinute, { requests: 2, invocations: 2 })
    return account
  }

  it('shift stays where it is, and goes on when it is run again and there are enough', async () => {
    const { aws, run } = await setUp(quiet())
    const steps = [
      'shift',
      '--yes',
      '--interval',
      '1m',
      '--watch',
      '3m',
      '--steps',
      '1,100',
    ] as const
    const { code, lines } = await run(...steps)
    expect(code).toBe(5)
    expect(lines.at(-1)).toMatch(/^Too few requests to judge: 1\d of 20/)
    expect(aws.writes).toEqual(['99/1'])
    expect((await run(...steps)).code).toBe(5)
    expect(aws.writes).toEqual(['99/1'])
    aws.account.perMinute.requests = 50
    expect((await run(...steps)).code).toBe(0)
    expect(aws.writes).toEqual(['99/1', '0/100'])
  })

  it('shift counts the missing ones as good, so that one failure of the first few is not all', async () => {
    const account = quiet()
    Object.assign(account.perMinute, { requests: 10, target5xx: 1 })
    const { aws, run } = await setUp(account)
    expect((await run(...shift, '--min-requests', '1000')).code).toBe(5)
    expect(aws.writes).toEqual(['90/10'])
  })

  it('it goes on with --when-quiet continue, and with a smaller --min-requests', async () => {
    const one = await setUp(quiet())
    expect((await one.run(...shift, '--when-quiet', 'continue')).code).toBe(0)
    const other = await setUp(quiet())
    expect((await other.run(...shift, '--min-requests', '10')).code).toBe(0)
  })
})

describe('when somebody else changes the rule, shift writes nothing more', () => {
  it.each<[string, (stage: Stage) => void, string]>([
    [
      'weights',
      ({ aws }) => {
        weigh(aws.account, 50, 50)
      },
      'it had existing 90, function 10 (10 %) and has existing 50, function 50 (50 %) now',
    ],
    [
      'conditions',
      ({ aws }) => void (ruleOf(aws.account).Conditions = []),
      'its conditions changed',
    ],
    ['priority', ({ aws }) => void (ruleOf(aws.account).Priority = '7'), 'its priority changed'],
    [
      'stickiness',
      ({ aws }) => {
        const config = ruleOf(aws.account).Actions[0]?.['ForwardConfig'] as object
        Object.assign(config, {
          TargetGroupStickinessConfig: { Enabled: true, DurationSeconds: 60 },
        })
      },
      'its actions changed',
    ],
    [
      'all of it',
      ({ aws }) =>
        void (ruleOf(aws.account).Actions = [{ Type: 'forward', TargetGroupArn: EXISTING }]),
      'its actions changed',
    ],
    ['existence', ({ aws }) => void aws.account.rules.splice(0, 1), 'somebody deleted it'],
  ])('during the watch: its %s', async (_what, change, message) => {
    const { code, lines, stage } = await shiftUntil((account, running) => {
      change(running)
      // Something is wrong with the function, too: nobody's change may be written over for that.
      account.perMinute.target5xx = 90
    })
    expect(code).toBe(6)
    expect(lines.at(-1)).toContain(message)
    expect(stage.aws.writes).toEqual(['90/10'])
  })

  it('between the plan and the first call', async () => {
    const { aws, run, weights } = await setUp()
    aws.onEffect = ({ action }) => {
      if (action === 'GetMetricData') weigh(aws.account, 50, 50)
    }
    const { code } = await run(...shift)
    expect(code).toBe(6)
    expect(aws.writes).toEqual([])
    expect(weights()).toBe('50/50')
  })

  it('before it was run again, unless it is told to accept that', async () => {
    const { aws, run } = await setUp()
    await run(...shift)
    weigh(aws.account, 60, 40)
    const next = ['shift', '--to', '50', '--watch', '1m', '--yes'] as const
    const { code, lines } = await run(...next)
    expect(code).toBe(6)
    expect(lines.at(-1)).toContain(
      'left it with existing 90, function 10 (10 %), and it has existing 60, function 40 (40 %)',
    )
    expect(aws.writes).toEqual(['90/10'])
    expect((await run(...next, '--accept-changes')).code).toBe(0)
    expect(aws.writes).toEqual(['90/10', '50/50'])
    await run('rollback', '--yes')
    expect(aws.writes.at(-1)).toBe('100/0')
  })
})

function weigh(account: Account, existing: number, own: number): void {
  const config = ruleOf(account).Actions[0]?.['ForwardConfig'] as object
  Object.assign(config, {
    TargetGroups: [
      { TargetGroupArn: EXISTING, Weight: existing },
      { TargetGroupArn: FUNCTION, Weight: own },
    ],
  })
}
