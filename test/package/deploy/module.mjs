// Uses the installed package's construct as an ES module.
import { createRequire } from 'node:module'
import { AlbFunction, createApp } from 'express-alb-deploy/cdk'

const required = createRequire(import.meta.url)('express-alb-deploy/cdk')
const isThere = [AlbFunction, createApp, required.AlbFunction].every(
  (one) => typeof one === 'function',
)
console.log(isThere ? 'imported' : 'missing')
