import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('../../../', import.meta.url))

/** The folder of a service of which nothing has moved yet, with what `npm install` puts there. */
export interface Project {
  /** All that is made for it; the caller removes it. */
  readonly base: string
  readonly folder: string
  /** For programs that stand in for others, before all others in the path. */
  readonly bin: string
}

/** A copy of the example service with its tests, and links to the packages of this repository. */
export function createProject(): Project {
  const base = realpathSync(mkdtempSync(join(tmpdir(), 'walk-')))
  const folder = join(base, 'packages/examples/service')
  const bin = join(base, 'bin')
  mkdirSync(bin)
  const service = join(root, 'packages/examples/service')
  for (const name of ['assets', 'src', 'dist', 'tsconfig.json']) {
    cpSync(join(service, name), join(folder, name), { recursive: true, preserveTimestamps: true })
  }
  // What is to be written while walking.
  writeFileSync(join(folder, 'src/lambda.ts'), '')
  cpSync(join(root, 'tsconfig.base.json'), join(base, 'tsconfig.base.json'))

  const manifest = JSON.parse(readFileSync(join(service, 'package.json'), 'utf8')) as {
    scripts: object
    dependencies: Readonly<Record<string, string>>
    devDependencies: Readonly<Record<string, string>>
  }
  const scripts = { ...manifest.scripts, test: 'node --test test/' }
  writeFileSync(join(folder, 'package.json'), JSON.stringify({ ...manifest, scripts }))
  cpSync(
    fileURLToPath(new URL('service.test.mjs', import.meta.url)),
    join(folder, 'test/service.test.mjs'),
  )

  for (const name of Object.keys({ ...manifest.dependencies, ...manifest.devDependencies })) {
    link(folder, name, join(service, 'node_modules', name))
  }
  link(folder, 'express-alb-deploy', join(root, 'packages/deploy'))
  return { base, folder, bin }
}

/** As a package manager does: the package, and its commands. */
function link(folder: string, name: string, target: string): void {
  const source = realpathSync(target)
  const place = join(folder, 'node_modules', name)
  if (existsSync(place)) return
  mkdirSync(dirname(place), { recursive: true })
  symlinkSync(source, place)
  const { bin } = JSON.parse(readFileSync(join(source, 'package.json'), 'utf8')) as {
    bin?: string | Readonly<Record<string, string>>
  }
  const commands = typeof bin === 'string' ? { [basename(name)]: bin } : (bin ?? {})
  const binFolder = join(folder, 'node_modules/.bin')
  mkdirSync(binFolder, { recursive: true })
  for (const [command, file] of Object.entries(commands)) {
    const path = join(binFolder, command)
    if (!existsSync(path)) symlinkSync(join(source, file), path)
  }
}

/** Names of the packages that this repository publishes. */
export function publishedPackages(): string[] {
  return readdirSync(join(root, 'packages')).flatMap((name) => {
    const file = join(root, 'packages', name, 'package.json')
    if (!existsSync(file)) return []
    return (JSON.parse(readFileSync(file, 'utf8')) as { name: string }).name
  })
}
