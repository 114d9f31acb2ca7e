import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { createAccount, EXISTING, FUNCTION, ruleOf } from './account.js'
import type { Call } from './call.js'
import { type Fault, startAws } from './fake-aws.js'
import { createStage, type Ran, type Stage } from './run-command.js'

const root = mkdtempSync(join(tmpdir(), 'cut-over-'))
afterAll(() => {
  rmSync(root, { recursive: true, force: true })
})

export const SHIFT = 'shift --to 10 --yes --json --watch 1m --metric-delay 1m --interval 1m'.split(
  ' ',
)

/** What a run meets: everything is well, or the function fails as soon as it gets requests. */
export const scenarios = {
  'a shift that goes well': { target5xx: 0, code: 0, writes: ['90/10'], end: '90/10' },
  'a shift that is rolled back': {
    target5xx: 50,
    code: 3,
    writes: ['90/10', '100/0'],
    end: '100/0',
  },
} as const

export type Scenario = (typeof scenarios)[keyof typeof scenarios]

export async function withStage<T>(
  scenario: Scenario,
  work: (stage: Stage) => Promise<T>,
): Promise<T> {
  const account = createAccount()
  account.perMinute.target5xx = scenario.target5xx
  const aws = await startAws(account)
  try {
    return await work(createStage(aws, mkdtempSync(join(root, 'run-'))))
  } finally {
    await aws.close()
  }
}

async function forEachAtOnce(
  indexes: readonly number[],
  work: (index: number) => Promise<void>,
): Promise<void> {
  const waiting = [...indexes]
  const lane = async (): Promise<void> => {
    for (let index = waiting.shift(); index !== undefined; index = waiting.shift())
      await work(index)
  }
  await Promise.all(Array.from({ length: 4 }, lane))
}

/** Looks that pass say how a fault may end: with the command done in spite of it, or telling what is. */
function checkEnd(stage: Stage, ran: Ran, scenario: Scenario, where: string): void {
  const end = ran.events.at(-1)
  if (end?.event !== 'end') throw new Error(`${where}: no end in ${JSON.stringify(ran)}`)
  const { writes } = stage.aws
  // Nothing was ever written that nobody asked for, and nothing twice.
  expect(scenario.writes.slice(0, writes.length), where).toEqual(writes)
  expect(stage.weights(), where).toBe(writes.at(-1) ?? '100/0')
  expect(end.exitCode, where).toBe(ran.code)
  expect([0, 1, 3, 7, 130], `${where}: ${end.message}`).toContain(ran.code)
  // What it says is how it is.
  if (ran.code === 7) expect(end.message, where).toMatch(/by hand|either/)
  else if (end.weights !== undefined) {
    expect(`${end.weights.existing}/${end.weights.function}`, `${where}: ${end.message}`).toBe(
      stage.weights(),
    )
  }
  if (ran.code === 0) expect(stage.weights(), where).toBe('90/10')
  if (ran.code === 3) expect(stage.weights(), where).toBe('100/0')
}

/** The same command again, when all is well with AWS, brings the cut-over to its end without a call too many. */
async function checkAgain(
  stage: Stage,
  ran: Ran,
  scenario: Scenario,
  where: string,
): Promise<void> {
  stage.aws.onCall = () => undefined
  stage.aws.onEffect = () => undefined
  stage.clock.onSleep = () => undefined
  if (ran.code === scenario.code) return
  // A roll-back for other reasons than the function's is over; it begins anew.
  const before = ran.code === 3 ? stage.aws.writes.length : 0
  const again = await stage.run(...SHIFT)
  expect(again.code, `${where}, again: ${JSON.stringify(again.events.at(-1))}`).toBe(scenario.code)
  expect(stage.aws.writes.slice(before), where).toEqual(scenario.writes)
}

async function rehearse(
  scenario: Scenario,
): Promise<{ readonly actions: readonly string[]; readonly sleeps: number }> {
  return await withStage(scenario, async (stage) => {
    let sleeps = 0
    stage.clock.onSleep = () => void sleeps++
    expect((await stage.run(...SHIFT)).code).toBe(scenario.code)
    return { actions: stage.aws.calls.map(({ action }) => action), sleeps }
  })
}

/** A fault at one call, and what of it comes after. */
const faults: Record<string, (call: Call, index: number) => Fault | undefined> = {
  'is throttled': once({ kind: 'status', status: 400, code: 'Throttling' }),
  'works and answers 500': once({ kind: 'status-after', status: 500, code: 'InternalFailure' }),
  'works and loses its connection': once({ kind: 'reset', after: true }),
  'and all after it are denied': ({ index: now }, index) =>
    now >= index ? { kind: 'status', status: 403, code: 'AccessDenied' } : undefined,
  'and the next nine lose their connections': ({ index: now }, index) =>
    now >= index && now < index + 10 ? { kind: 'reset', after: false } : undefined,
  'works, and the next nine and it lose their connections': ({ index: now }, index) =>
    now >= index && now < index + 10 ? { kind: 'reset', after: true } : undefined,
}

function once(fault: Fault): (call: Call, index: number) => Fault | undefined {
  return ({ index: now }, index) => (now === index ? fault : undefined)
}

/** Which of a run's calls to try, by their numbers; for each kind of fault it may choose others. */
export type Choose = (actions: readonly string[], kind: number) => readonly number[]

export function describeFaults(choose: Choose): void {
  // At once, for most of each test is waiting for the next attempt.
  describe.concurrent.each(Object.entries(scenarios))('%s', (_name, scenario) => {
    it.each(Object.entries(faults))(
      'is never left half done where any call %s',
      async (name, fault) => {
        const { actions } = await rehearse(scenario)
        await forEachAtOnce(choose(actions, Object.keys(faults).indexOf(name)), async (index) => {
          await withStage(scenario, async (stage) => {
            stage.aws.onCall = (call) => fault(call, index)
            const ran = await stage.run(...SHIFT)
            const where = `call ${index} (${stage.aws.calls[index]?.action ?? ''})`
            checkEnd(stage, ran, scenario, where)
            await checkAgain(stage, ran, scenario, where)
          })
        })
      },
    )

    it.each(['before', 'after'])(
      'says what is when Ctrl-C comes right %s any call',
      async (when) => {
        const { actions } = await rehearse(scenario)
        await forEachAtOnce(choose(actions, 1), async (index) => {
          await withStage(scenario, async (stage) => {
            const interrupt = (call: Call): void => {
              if (call.index === index) stage.interrupt()
            }
            if (when === 'before') stage.aws.onCall = interrupt
            else stage.aws.onEffect = interrupt
            const ran = await stage.run(...SHIFT)
            const { action } = stage.aws.calls[index] ?? { action: '' }
            const where = `call ${index} (${action})`
            checkEnd(stage, ran, scenario, where)
            // A roll-back that was decided comes to its end.
            expect(ran.code, where).toBe(
              ran.events.some(
                (event) => event.event === 'note' && event.message.startsWith('Rolling back'),
              )
                ? 3
                : 130,
            )
            await checkAgain(stage, ran, scenario, where)
          })
        })
      },
    )

    it('says what is when Ctrl-C comes while it waits', async () => {
      const { sleeps } = await rehearse(scenario)
      await forEachAtOnce([...Array(sleeps).keys()], async (index) => {
        await withStage(scenario, async (stage) => {
          stage.clock.onSleep = (now) => {
            if (now === index) stage.interrupt()
          }
          const ran = await stage.run(...SHIFT)
          expect(ran.code).toBe(130)
          checkEnd(stage, ran, scenario, `sleep ${index}`)
          await checkAgain(stage, ran, scenario, `sleep ${index}`)
        })
      })
    })

    it("never writes over somebody else's change, whichever call it comes after", async () => {
      const { actions } = await rehearse(scenario)
      await forEachAtOnce(choose(actions, 1), async (index) => {
        await withStage(scenario, async (stage) => {
          let writesBefore = -1
          stage.aws.onEffect = (call) => {
            if (call.index !== index) return
            // Between the last reading and the write AWS offers nothing to hold on to. That moment is the one exception.
            if (actions[index + 1]?.startsWith('Modify') === true) return
            writesBefore = stage.aws.writes.length
            ruleOf(stage.aws.account).Actions = [
              {
                Type: 'forward',
                ForwardConfig: {
                  TargetGroups: [
                    { TargetGroupArn: EXISTING, Weight: 50 },
                    { TargetGroupArn: FUNCTION, Weight: 50 },
                  ],
                },
              },
            ]
          }
          const ran = await stage.run(...SHIFT)
          if (writesBefore < 0) return
          const where = `call ${index} (${stage.aws.calls[index]?.action ?? ''})`
          const isAtTheVeryEnd = ran.code === scenario.code
          if (!isAtTheVeryEnd)
            expect(ran.code, `${where}: ${JSON.stringify(ran.events.at(-1))}`).toBe(6)
          expect(stage.weights(), where).toBe('50/50')
          expect(stage.aws.writes.length, where).toBe(writesBefore)
        })
      })
    })
  })
}
