#!/usr/bin/env node
// Stands in the path for a program that would talk to AWS: what it was called with goes to the walk, which answers.
import { basename } from 'node:path'

const [, path = '', ...args] = process.argv
const response = await fetch(String(process.env['WALK_STAND_INS']), {
  method: 'POST',
  body: JSON.stringify({ program: basename(path), args, folder: process.cwd() }),
})
/** @type {{ code: number, output: string, errors: string }} */
const { code, output, errors } = await response.json()
process.stdout.write(output)
process.stderr.write(errors)
process.exitCode = code
