import * as main from 'express-alb'
import * as testing from 'express-alb/testing'
import { check } from './check.cjs'

await check(main, testing)
