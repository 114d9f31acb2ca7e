import { spawnSync } from 'node:child_process'
import { existsSync, utimesSync, writeFileSync } from 'node:fs'
import { hostname } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { systemClock } from '../../../packages/deploy/src/clock.js'
import { acquireLock } from '../../../packages/deploy/src/state/lock.js'
import { createFolder } from '../../helpers/folder.js'

describe('acquireLock', () => {
  it('lets the second wait until the first gives it back', async () => {
    const file = join(createFolder(), 'lock')
    const order: string[] = []
    const first = await acquireLock(file, systemClock, 0)
    const second = acquireLock(file, systemClock, 30_000).then((release) => {
      order.push('second')
      return release
    })
    expect(await acquireLock(file, systemClock, 100)).toBe(undefined)
    order.push('first gives it back')
    await first?.()
    await (
      await second
    )?.()
    expect(order).toEqual(['first gives it back', 'second'])
    expect(existsSync(file)).toBe(false)
  })

  it.each([
    ['of a process that has ended', () => ({ pid: spawnSync('true').pid, host: hostname() })],
    ['of an earlier process with our number', () => ({ pid: process.pid, host: hostname() })],
  ])('takes over the lock %s', async (_whose, owner) => {
    const file = join(createFolder({ lock: JSON.stringify(owner()) }), 'lock')
    expect(await acquireLock(file, systemClock, 1_000)).toBeTypeOf('function')
  })

  it.each([
    ['of a process that runs', { pid: process.ppid, host: hostname() }],
    ['of another machine', { pid: 1, host: `${hostname()}-other` }],
  ])('leaves the lock %s', async (_whose, owner) => {
    const file = join(createFolder({ lock: JSON.stringify(owner) }), 'lock')
    expect(await acquireLock(file, systemClock, 100)).toBe(undefined)
  })

  it('takes over a lock that is empty for some seconds, and any after a quarter of an hour', async () => {
    const file = join(createFolder({ lock: '' }), 'lock')
    expect(await acquireLock(file, systemClock, 100)).toBe(undefined)
    const ago = (seconds: number): void => {
      const time = Date.now() / 1_000 - seconds
      utimesSync(file, time, time)
    }
    ago(3)
    expect(await acquireLock(file, systemClock, 100)).toBeTypeOf('function')
    writeFileSync(file, JSON.stringify({ pid: 1, host: 'other' }))
    ago(16 * 60)
    expect(await acquireLock(file, systemClock, 100)).toBeTypeOf('function')
  })
})
