// What time is measured with, and the event loop's steps that measured code is given.

/** @typedef {'wall' | 'cpu'} Clock */

/**
 * In nanoseconds. The process's CPU time leaves out what other processes took on a busy machine.
 *
 * @type {Record<Clock, () => number>}
 */
export const clocks = {
  wall: () => performance.now() * 1e6,
  cpu: () => {
    const { user, system } = process.cpuUsage()
    return (user + system) * 1000
  },
}

/** All that was put off with `process.nextTick` and promises before this. */
export function tick() {
  return new Promise((resolve) => {
    process.nextTick(resolve)
  })
}

/** One turn of the event loop. */
export function turn() {
  return new Promise((resolve) => {
    setImmediate(resolve)
  })
}
