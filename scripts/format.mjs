// npm run format: formats every file.
import { ensureInstalled } from './install.mjs'
import { runNode } from './run.mjs'

await ensureInstalled('all')
process.exitCode = await runNode('node_modules/prettier/bin/prettier.cjs', ['--write', '.'])
