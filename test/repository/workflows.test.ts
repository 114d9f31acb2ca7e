import { execFileSync } from 'node:child_process'
import { readFileSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import { createFolder } from '../helpers/folder.js'
import { root } from './imports.js'

interface Step {
  readonly uses?: string
  readonly run?: string
  readonly with?: Readonly<Record<string, unknown>>
}

interface Job {
  readonly permissions?: Readonly<Record<string, string>>
  readonly environment?: string
  readonly needs?: string
  readonly 'timeout-minutes'?: number
  readonly steps: readonly Step[]
}

interface Workflow {
  readonly on: Readonly<Record<string, unknown>>
  readonly permissions?: unknown
  readonly jobs: Readonly<Record<string, Job>>
}

const folder = join(root, '.github/workflows')
const workflows = readdirSync(folder).map((name) => {
  const text = readFileSync(join(folder, name), 'utf8')
  return { name, text, workflow: parse(text) as Workflow }
})
const jobs = workflows.flatMap(({ name, workflow }) =>
  Object.entries(workflow.jobs).map(([id, job]) => ({ where: `${name}: ${id}`, job })),
)
const steps = jobs.flatMap(({ where, job }) => job.steps.map((step) => ({ where, step })))

const read = (file: string): string => readFileSync(join(root, file), 'utf8')

const manifests = ['adapter', 'local-alb', 'deploy'].map(
  (name) =>
    JSON.parse(read(`packages/${name}/package.json`)) as {
      readonly name: string
      readonly version: string
      readonly publishConfig?: unknown
      readonly repository?: unknown
      readonly scripts: Readonly<Record<string, string>>
    },
)

/** What a job may ask GitHub for at the most; whatever is not here may ask for reading the code. */
const MAY: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  'release.yml: publish': { 'id-token': 'write' },
}

describe('workflows', () => {
  it('are those that these laws were written for', () => {
    expect(workflows.map(({ name }) => name).toSorted()).toEqual([
      'audit.yml',
      'ci.yml',
      'release.yml',
    ])
    expect(steps.length).toBeGreaterThan(10)
  })

  it('use actions by their commits, and say the version beside it', () => {
    const lines = workflows.flatMap(({ text }) =>
      text.split('\n').filter((line) => /\buses:/.test(line)),
    )
    expect(lines).toHaveLength(steps.filter(({ step }) => step.uses !== undefined).length)
    for (const line of lines) {
      expect(line).toMatch(/uses: [\w-]+\/[\w/-]+@[\da-f]{40} # v\d+\.\d+\.\d+$/)
    }
    // One action, one commit: no workflow is forgotten in an update.
    const pins = new Map(
      lines.map((line) => /uses: (\S+)@(\S+)/.exec(line)?.slice(1, 3) as [string, string]),
    )
    for (const { step } of steps) {
      const [action = '', commit] = step.uses?.split('@') ?? []
      if (commit !== undefined) expect(commit).toBe(pins.get(action))
    }
  })

  it('may do nothing but what each job asks for, and no job asks for more than it needs', () => {
    for (const { workflow } of workflows) expect(workflow.permissions).toEqual({})
    for (const { where, job } of jobs) {
      expect([where, job.permissions]).toEqual([where, MAY[where] ?? { contents: 'read' }])
    }
  })

  it('never run code of a pull request with rights of the repository', () => {
    for (const { workflow } of workflows) {
      expect(Object.keys(workflow.on)).not.toContain('pull_request_target')
      expect(Object.keys(workflow.on)).not.toContain('workflow_run')
    }
    expect(workflows.map(({ text }) => text).join('')).not.toContain('secrets.')
  })

  it('put no expression into a script: values of strangers come as environment variables', () => {
    for (const { where, step } of steps)
      expect([where, step.run ?? '']).toEqual([where, expect.not.stringContaining('${{')])
  })

  it('leave no credentials behind in a checkout, share no cache, and end', () => {
    for (const { where, step } of steps) {
      if (step.uses?.startsWith('actions/checkout@') === true) {
        expect([where, step.with?.['persist-credentials']]).toEqual([where, false])
      }
      if (step.uses?.startsWith('actions/setup-node@') === true) {
        expect([where, step.with?.['package-manager-cache']]).toEqual([where, false])
      }
    }
    for (const { where, job } of jobs)
      expect([where, job['timeout-minutes']]).toEqual([where, expect.any(Number)])
  })
})

describe('a release', () => {
  const { workflow } = workflows.find(({ name }) => name === 'release.yml') ?? {
    workflow: { on: {}, jobs: {} },
  }
  const { publish, pack } = workflow.jobs as { publish: Job; pack: Job }

  it('is made by a tag only, after everything was checked, in a protected environment', () => {
    expect(workflow.on).toEqual({ push: { tags: ['v*'] } })
    const runs = pack.steps.map(({ run }) => run)
    const at = (command: string): number => runs.indexOf(command)
    expect(at('.ci/run')).toBeGreaterThan(-1)
    expect(at('node scripts/audit.mjs')).toBeGreaterThan(-1)
    expect(at('.ci/run')).toBeLessThan(
      runs.findIndex((run) => run?.startsWith('node scripts/pack-release.mjs')),
    )
    expect([publish.needs, publish.environment]).toEqual(['pack', 'npm'])
  })

  it('runs none of our code where the identity that npm trusts can be had', () => {
    const used = publish.steps.flatMap(({ uses }) => uses?.split('@')[0] ?? [])
    expect(used).toEqual(['actions/setup-node', 'actions/download-artifact'])
    const script = publish.steps.flatMap(({ run }) => run ?? []).join('\n')
    expect(script).not.toMatch(/npm (?:ci|install|i|run|test)|npx|pnpm|scripts\//)
  })

  it.each([
    ['v1.2.3', 'latest'],
    ['v1.2.3-rc.1', 'next'],
  ])('publishes with provenance what is not there yet (%s as %s)', (tag, channel) => {
    const script = publish.steps.find(({ run }) => run !== undefined)?.run ?? ''
    const work = createFolder({
      // The registry has `there` and nothing else.
      'bin/npm':
        '#!/bin/sh\n[ "$1" = view ] && { [ "$2" = there@1.2.3 ] && echo 1.2.3; exit; }\necho "$*" >> calls\n',
      'a/package/package.json': '{"name":"new","version":"1.2.3"}',
      'b/package/package.json': '{"name":"there","version":"1.2.3"}',
      'tarballs/.keep': '',
    })
    for (const name of ['a', 'b']) {
      execFileSync('tar', [
        '-czf',
        join(work, `tarballs/${name}.tgz`),
        '-C',
        join(work, name),
        'package',
      ])
    }
    execFileSync('chmod', ['+x', join(work, 'bin/npm')])
    execFileSync('bash', ['-c', script], {
      // Bash reads its start files when it finds a socket there.
      stdio: ['ignore', 'pipe', 'pipe'],
      cwd: work,
      env: { PATH: `${join(work, 'bin')}:${process.env['PATH'] ?? ''}`, GITHUB_REF_NAME: tag },
    })
    expect(readFileSync(join(work, 'calls'), 'utf8')).toBe(
      `publish ./tarballs/a.tgz --provenance --access public --ignore-scripts --tag ${channel}\n`,
    )
  })

  it('is refused under a tag that is not the version of the packages', () => {
    const release = (tag: string): string => {
      try {
        execFileSync(
          process.execPath,
          [join(root, 'scripts/pack-release.mjs'), tag, createFolder()],
          { stdio: 'pipe' },
        )
        return ''
      } catch (error) {
        return String((error as { stderr: Buffer }).stderr)
      }
    }
    expect(release('v99.0.0')).toContain(
      'The tag is v99.0.0, and packages/adapter/package.json has version',
    )
  })

  it('has packages of one version that say where they come from, and run nothing when installed', () => {
    expect(new Set(manifests.map(({ version }) => version)).size).toBe(1)
    for (const { publishConfig, repository, scripts } of manifests) {
      expect(publishConfig).toEqual({ access: 'public', provenance: true })
      expect(repository).toMatchObject({
        type: 'git',
        url: 'git+https://github.com/express-alb/express-alb.git',
      })
      expect(Object.keys(scripts)).toEqual(['prepack'])
    }
  })
})
