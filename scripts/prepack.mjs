// Runs before the adapter is packed: builds it, and lays README and LICENSE beside its package.json.
import { copyFileSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { buildAdapter } from './build.mjs'
import { root } from './run.mjs'

const adapter = join(root, 'packages/adapter')
const files = 'https://github.com/express-alb/express-alb/blob/main/'

await buildAdapter()
copyFileSync(join(root, 'LICENSE'), join(adapter, 'LICENSE'))
// The README links to files of the repository, which the package does not hold.
const readme = readFileSync(join(root, 'README.md'), 'utf8')
writeFileSync(
  join(adapter, 'README.md'),
  readme.replaceAll(/\]\((?![a-z]+:|#)(?:\.\/)?/g, `](${files}`),
)
