import { vi } from 'vitest'
import { describeAnyRequest, describeDifferences } from './any-request.js'

vi.setConfig({ testTimeout: 600_000 })

describeAnyRequest(5_000)
describeDifferences(3_000)
