import { vi } from 'vitest'
import { describeFaults } from './faults.js'

vi.setConfig({ testTimeout: 120_000 })

describeFaults((actions) => [...actions.keys()])
