import { vi } from 'vitest'
import { describeResponseCalls } from './response-calls.js'

vi.setConfig({ testTimeout: 600_000 })

describeResponseCalls(3_000)
