// Uses the installed package as an ES module, with a function in execution environments of its own.
import { fileURLToPath } from 'node:url'
import { createAlb } from 'local-alb'

const alb = createAlb(fileURLToPath(new URL('./function.mjs', import.meta.url))).listen(0)
const response = await fetch(alb.url)
const body = await response.text()
await alb[Symbol.asyncDispose]()
console.log(body === 'function' ? 'answered' : body)
