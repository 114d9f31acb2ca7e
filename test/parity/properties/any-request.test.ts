import { describeAnyRequest } from './any-request.js'

describeAnyRequest(30)
