import { describe, expect, it } from 'vitest'
import { coldTarget } from '../../bench/cold/figures.mjs'
import { summarise } from '../../bench/figures.mjs'
import { findWorkload } from '../../bench/parts.mjs'
import { isMet, targets } from '../../bench/targets.mjs'

const sample = (adapter: string, batches: number[][], wrong?: string) => ({
  adapter,
  batches,
  singles: [] as number[][],
  allocated: [] as number[],
  ...(wrong !== undefined && { wrong }),
})

const start = (adapter: string, ms: number[], wrong?: string) => ({
  adapter,
  ms,
  initMs: ms,
  bytes: 1,
  ...(wrong !== undefined && { wrong }),
})

describe('the benchmark’s figures', () => {
  it('are the median over the processes of the slowest invocation in a hundred, not of batches', () => {
    const calm = Array.from({ length: 101 }, (_, i) => i)
    const summary = summarise({
      ...sample('h4ad', [[5, 1, 3]]),
      singles: [calm, calm.map((ns) => ns * 10), calm.map((ns) => ns * 2), []],
      allocated: [30, 10, 20],
    })
    expect(summary).toEqual({ median: 3, min: 1, p99: 198, bytes: 20 })
    expect(summarise(sample('h4ad', [[1]]))).toEqual({ median: 1, min: 1 })
  })

  it('compare within a round, with the fastest peer that answers correctly', () => {
    const workload = findWorkload('hello')
    const reached = targets([
      {
        workload,
        samples: [
          sample('floor', [[1, 1, 1]]),
          // Twice as fast in every round, on a machine that becomes slower.
          sample('express-alb', [[10, 20, 40]]),
          sample('h4ad', [[20, 40, 80]]),
          sample('serverless-http', [[30, 60, 120]]),
          sample('serverless-express', [[1, 1, 1]], 'status 500'),
        ],
      },
    ])
    const everyWorkload = reached.find(({ limit }) => limit === 0.95)
    expect(everyWorkload).toMatchObject({ value: 0.5, range: [0.5, 0.5], where: 'hello' })
    expect(everyWorkload && isMet(everyWorkload)).toBe(true)
    const bare = reached.find(({ limit }) => limit === 0.5)
    expect(bare?.value).toBeUndefined()
    expect(bare && isMet(bare)).toBe(false)
  })

  it('take the share of the bare listener above the floor', () => {
    const samples = [
      sample('floor', [[2, 3]]),
      sample('express-alb', [[3, 4]]),
      sample('h4ad', [[6, 7]]),
    ]
    const [share] = targets([{ workload: findWorkload('bare'), samples }])
    expect(share).toMatchObject({ value: 0.25, where: 'bare' })
  })

  it('compare cold starts round by round, the worse format deciding', () => {
    const cjs = [start('express-alb', [100, 300]), start('h4ad', [200, 400])]
    const esm = [
      start('floor', [10, 10]),
      start('express-alb', [110, 330]),
      start('h4ad', [100, 300]),
      start('serverless-http', [1, 1], 'status 500'),
    ]
    const target = coldTarget([
      { format: 'cjs', starts: cjs },
      { format: 'esm', starts: esm },
    ])
    expect(target.value).toBeCloseTo(1.1)
    expect(target).toMatchObject({ limit: 1, where: 'esm' })
    expect(isMet(target)).toBe(false)
    expect(coldTarget([]).value).toBeUndefined()
  })
})
