import { writeSync } from 'node:fs'
import { systemClock } from './clock.js'
import { EXIT } from './exit-codes.js'
import { liveLine } from './report/live-line.js'
import { describePosition, run } from './run.js'
import type { Position } from './session.js'

const position: Position = {
  weights: undefined,
  pending: undefined,
  hasWritten: false,
  rollbackCommand: '',
}

// Whoever reads our output may go away: the watch goes on, since it guards what is live.
for (const stream of [process.stdout, process.stderr]) stream.on('error', () => undefined)

const stop = new AbortController()

/** The first signal ends all in order, the second at once. */
function onSignal(signal: NodeJS.Signals): void {
  if (stop.signal.aborted) {
    // Synchronous: nothing may come after it.
    tell(`\nStopped at once. ${describePosition(position)}\n`)
    process.exit(signal === 'SIGTERM' ? EXIT.terminated : EXIT.interrupted)
  }
  tell(
    position.pending === undefined
      ? '\nStopping; again to stop at once.\n'
      : '\nStopping when the call that is under way is over; again to stop at once.\n',
  )
  stop.abort(signal)
}

function tell(text: string): void {
  try {
    writeSync(process.stderr.fd, text)
  } catch {
    // Nobody is there to read it.
  }
}

for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, onSignal)

const { line, live } = liveLine(process.stdout)
process.exitCode = await run(process.argv.slice(2), {
  line,
  live,
  // See https://no-color.org.
  color: process.stdout.isTTY && (process.env['NO_COLOR'] ?? '') === '',
  error: (text) => {
    process.stderr.write(`${text}\n`)
  },
  clock: systemClock,
  stop: stop.signal,
  position,
  folder: process.cwd(),
})
