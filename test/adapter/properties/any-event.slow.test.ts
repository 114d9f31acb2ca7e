import { vi } from 'vitest'
import { describeAnyEvent } from './any-event.js'

vi.setConfig({ testTimeout: 600_000 })

describeAnyEvent(4_000)
