import { expect, it } from 'vitest'
import { Progress } from '../../../packages/local-alb/src/parity/progress.js'

function collect(isTTY: boolean): {
  readonly isTTY: boolean
  readonly columns: number
  text: string
  write(text: string): void
} {
  return {
    isTTY,
    columns: 60,
    text: '',
    write(text) {
      this.text += text
    },
  }
}

it('rewrites one line on a terminal, within its width, and takes it away', () => {
  const stream = collect(true)
  const progress = new Progress(stream, 200, 0)
  for (let step = 1; step <= 100; step += 1) progress.step(step % 10 === 0, step * 50)
  progress.clear()
  const lines = stream.text.split('\r').slice(1)
  expect(lines.length).toBe(51)
  expect(lines[49]).toBe('100 of 200 (50 %), 10 differ, 20 a second, 5 s to go\x1b[K')
  expect(lines[50]).toBe('\x1b[K')
  expect(stream.text).not.toContain('\n')
})

it('writes a line every ten seconds elsewhere, and none in a short run', () => {
  const stream = collect(false)
  const progress = new Progress(stream, 10_000, 0)
  for (let step = 1; step <= 25; step += 1) progress.step(false, step * 1000)
  progress.clear()
  expect(stream.text).toBe(
    '10 of 10000 (0 %), 0 differ, 1.0 a second, 2:47 h to go\n20 of 10000 (0 %), 0 differ, 1.0 a second, 2:47 h to go\n'.replaceAll(
      '2:47',
      '2:46',
    ),
  )
})
