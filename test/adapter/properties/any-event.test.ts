import { describeAnyEvent } from './any-event.js'

describeAnyEvent(80)
