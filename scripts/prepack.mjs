// Runs before a package is packed, in its folder: builds it, and lays the LICENSE beside its package.json. The adapter's
// README is the repository's.
import { copyFileSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { buildAdapter, buildDeploy, buildLocalAlb } from './build.mjs'
import { root } from './run.mjs'

const folder = process.cwd()
const files = 'https://github.com/express-alb/express-alb/blob/main/'

copyFileSync(join(root, 'LICENSE'), join(folder, 'LICENSE'))
if (folder === join(root, 'packages/adapter')) {
  await buildAdapter()
  // The README links to files of the repository, which the package does not hold.
  const readme = readFileSync(join(root, 'README.md'), 'utf8')
  writeFileSync(
    join(folder, 'README.md'),
    readme.replaceAll(/\]\((?![a-z]+:|#)(?:\.\/)?/g, `](${files}`),
  )
} else if (folder === join(root, 'packages/deploy')) {
  await buildDeploy()
} else {
  await buildLocalAlb()
}
