// The app that `cdk deploy --app 'npx express-alb-cdk'` runs.
import { createApp } from './app.js'

try {
  // Not by itself at the end of the process: after an error, that would write half a stack.
  createApp({ autoSynth: false }).synth()
} catch (error) {
  // The message says it all; the stack trace is ours.
  console.error(error instanceof Error ? error.message : error)
  process.exitCode = 1
}
