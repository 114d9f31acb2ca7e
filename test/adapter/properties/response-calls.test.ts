import { describeResponseCalls } from './response-calls.js'

describeResponseCalls(20)
