import { describe, expect, it, vi } from 'vitest'
import { describeFaults, scenarios, SHIFT, withStage } from './faults.js'

vi.setConfig({ testTimeout: 60_000 })

// All calls around those that change the rule, and of the others each third, not the same for each kind of fault. Every
// call has its turn in failures.slow.test.ts.
describeFaults((actions, kind) => {
  const isChange = (index: number): boolean => actions[index]?.startsWith('Modify') === true
  return [...actions.keys()].filter(
    (index) => [index - 1, index, index + 1].some(isChange) || (index + kind) % 3 === 0,
  )
})

describe('a call that is never answered', () => {
  it.each(['ModifyRule', 'GetMetricData', 'DescribeRules'])('%s', async (action) => {
    await withStage(scenarios['a shift that goes well'], async (stage) => {
      let hung = 0
      stage.aws.onCall = (call) =>
        call.action === action && hung++ === 0 ? { kind: 'hang' } : undefined
      const ran = await stage.run(...SHIFT, '--call-timeout', '500ms')
      expect(ran.code).toBe(0)
      expect(stage.aws.writes).toEqual(['90/10'])
    })
  })

  it('while rolling back does not keep it from rolling back', async () => {
    await withStage(scenarios['a shift that is rolled back'], async (stage) => {
      stage.aws.onCall = ({ action }) => {
        const isRollback = action === 'ModifyRule' && stage.aws.writes.length === 1
        const attempts = stage.aws.calls.filter((call) => call.action === 'ModifyRule').length
        return isRollback && attempts < 5 ? { kind: 'hang' } : undefined
      }
      const ran = await stage.run(...SHIFT, '--call-timeout', '200ms')
      expect(ran.code).toBe(3)
      expect(stage.aws.writes).toEqual(['90/10', '100/0'])
    })
  })
})

describe('Ctrl-C while a call fails', () => {
  it('ends a shift before the next attempt, with nothing changed', async () => {
    await withStage(scenarios['a shift that goes well'], async (stage) => {
      stage.aws.onCall = ({ action }) => {
        if (action !== 'ModifyRule') return undefined
        stage.interrupt()
        return { kind: 'status', status: 500, code: 'InternalFailure' }
      }
      const ran = await stage.run(...SHIFT)
      expect(ran.code).toBe(130)
      expect(stage.aws.calls.filter(({ action }) => action === 'ModifyRule')).toHaveLength(1)
      expect(ran.events.at(-1)).toMatchObject({
        message: 'Stopped. The rule has existing 100, function 0 (0 %); this run changed nothing.',
      })
    })
  })
})

describe('a roll-back that AWS denies', () => {
  it('ends with 7 at once, and with the command to run by hand', async () => {
    await withStage(scenarios['a shift that is rolled back'], async (stage) => {
      stage.aws.onCall = ({ action }) =>
        action === 'ModifyRule' && stage.aws.writes.length === 1
          ? { kind: 'status', status: 403, code: 'AccessDenied' }
          : undefined
      const ran = await stage.run(...SHIFT)
      expect(ran.code).toBe(7)
      expect(stage.aws.calls.filter(({ action }) => action === 'ModifyRule')).toHaveLength(2)
      expect(ran.events.at(-1)).toMatchObject({
        message: expect.stringMatching(
          /^NOT ROLLED BACK: AccessDenied.*still has: existing 90, function 10.*express-alb-cutover rollback --rule arn.*--yes$/,
        ),
        weights: { existing: 90, function: 10 },
      })
    })
  })

  it('is waited for between attempts after Ctrl-C as well', async () => {
    await withStage(scenarios['a shift that is rolled back'], async (stage) => {
      let failures = 0
      let before = 0
      stage.aws.onCall = ({ action }) => {
        if (action !== 'ModifyRule' || stage.aws.writes.length === 0 || failures === 10)
          return undefined
        if (failures++ === 0) {
          before = stage.clock.now()
          stage.interrupt()
        }
        return { kind: 'status', status: 500, code: 'InternalFailure' }
      }
      expect((await stage.run(...SHIFT)).code).toBe(3)
      expect(stage.clock.now() - before).toBeGreaterThan(60_000)
    })
  })

  it('goes on for ten minutes where it may yet work, as with credentials that ended', async () => {
    await withStage(scenarios['a shift that is rolled back'], async (stage) => {
      let denied = 0
      stage.aws.onCall = ({ action }) =>
        action === 'ModifyRule' && stage.aws.writes.length === 1 && denied++ < 40
          ? { kind: 'status', status: 403, code: 'ExpiredToken' }
          : undefined
      expect((await stage.run(...SHIFT)).code).toBe(3)
      expect(stage.aws.writes).toEqual(['90/10', '100/0'])
    })
  })
})
