import { execFileSync } from 'node:child_process'
import { readFileSync, readdirSync } from 'node:fs'
import { builtinModules } from 'node:module'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import { createFolder } from '../helpers/folder.js'
import { filesBelow, root } from '../repository/imports.js'

const read = (file: string): string => readFileSync(join(root, file), 'utf8')

const PUBLISHED = ['adapter', 'local-alb', 'deploy'] as const

interface Manifest {
  readonly scripts?: Readonly<Record<string, string>>
  readonly dependencies?: Readonly<Record<string, string>>
  readonly publishConfig?: unknown
}

const manifestOf = (name: string): Manifest =>
  JSON.parse(read(`packages/${name}/package.json`)) as Manifest

describe('what comes with the packages', () => {
  it('T45: nothing comes with the adapter, and it loads nothing but Node’s own modules', () => {
    const { dependencies, ...manifest } = manifestOf('adapter')
    expect(dependencies).toBeUndefined()
    expect(Object.keys(manifest).filter((key) => /dependencies$/i.test(key))).toEqual([])
    for (const file of filesBelow('packages/adapter/src')) {
      for (const [, name = ''] of read(file).matchAll(
        /(?:from|import\(|require\(|getBuiltinModule\()\s*'([^']+)'/g,
      )) {
        const isOwn =
          name.startsWith('.') ||
          (name.startsWith('node:') && builtinModules.includes(name.slice(5)))
        // In an example within a comment an app is imported.
        expect([file, name, isOwn || name === './app.js']).toEqual([file, name, true])
      }
      expect(read(file)).not.toMatch(/\beval\(|new Function\(|child_process|node:vm|\bfetch\(/)
    }
  })

  it('T46: what comes with the tools is locked to exact versions and contents', () => {
    for (const name of PUBLISHED) {
      for (const range of Object.values(manifestOf(name).dependencies ?? {})) {
        expect(range).toMatch(/^\d+\.\d+\.\d+$/)
      }
    }
    const text = read('pnpm-lock.yaml')
    expect(text).not.toMatch(/:\/\/|tarball:|type: git/)
    const resolutions = text.match(/resolution: .*/g) ?? []
    expect(resolutions.length).toBeGreaterThan(500)
    for (const resolution of resolutions) {
      expect(resolution).toMatch(/^resolution: \{integrity: sha512-[\w+/]{86}==\}$/)
    }
  })

  it('T47: no package’s install script runs here, and ours have none', () => {
    for (const name of PUBLISHED) {
      const scripts = Object.keys(manifestOf(name).scripts ?? {})
      expect(scripts.filter((script) => /install|prepare|publish/.test(script))).toEqual([])
    }
    const settings = parse(read('pnpm-workspace.yaml')) as Readonly<Record<string, unknown>>
    expect(
      Object.keys(settings).filter((key) => /^(only|never|allow|dangerously).*build/i.test(key)),
    ).toEqual([])
    // pnpm must not be older than the version that blocks them.
    const { packageManager } = JSON.parse(read('package.json')) as { packageManager: string }
    expect(packageManager).toMatch(/^pnpm@(?:1\d|[2-9]\d)\.\d+\.\d+\+sha512\.[\da-f]{128}$/)
  })

  it('T48: no action of a workflow can be moved to other code', () => {
    const uses = readdirSync(join(root, '.github/workflows')).flatMap(
      (file) => read(`.github/workflows/${file}`).match(/uses:.*/g) ?? [],
    )
    expect(uses.length).toBeGreaterThan(5)
    for (const one of uses) expect(one).toMatch(/@[\da-f]{40} # v\d/)
  })

  it('T49: a package is published with a statement of its origin only, by a job that runs no code of ours', () => {
    for (const name of PUBLISHED) {
      expect(manifestOf(name).publishConfig).toEqual({ access: 'public', provenance: true })
    }
    const { jobs } = parse(read('.github/workflows/release.yml')) as {
      jobs: Record<string, { permissions: object; steps: { run?: string; uses?: string }[] }>
    }
    for (const [name, { permissions, steps }] of Object.entries(jobs)) {
      const runs = steps.map(({ run = '' }) => run).join('\n')
      const hasIdentity = 'id-token' in permissions
      expect([name, hasIdentity]).toEqual([name, /npm publish/.test(runs)])
      if (!hasIdentity) continue
      expect(runs.match(/npm publish.*/g)?.every((line) => line.includes('--provenance'))).toBe(
        true,
      )
      expect(steps.some(({ uses = '' }) => uses.includes('checkout'))).toBe(false)
    }
    // Under a tag that is not the packages' version nothing is packed.
    const pack = join(root, 'scripts/pack-release.mjs')
    expect(() =>
      execFileSync(process.execPath, [pack, 'v0.0.0-evil', createFolder()], { stdio: 'pipe' }),
    ).toThrow(/The tag is v0\.0\.0-evil/)
  })
})
