import { execFile } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import { createFolder } from '../helpers/folder.js'
import { root } from './imports.js'

interface Lock {
  readonly packages: Readonly<Record<string, unknown>>
}

const { packages } = parse(readFileSync(join(root, 'pnpm-lock.yaml'), 'utf8')) as Lock

/** The only locked version of a package. */
function lockedVersion(name: string): string {
  const [key, ...others] = Object.keys(packages).filter((one) => one.startsWith(`${name}@`))
  expect(others).toEqual([])
  return String(key).slice(name.length + 1)
}

/** Runs the command as `npm run` does when it is called from `from`. */
function audit(
  folder: string,
  option = '--advisories',
  from: string = root,
): Promise<{ code: number; stdout: string; stderr: string }> {
  const args = ['scripts/audit.mjs', option, folder]
  const env = { ...process.env, INIT_CWD: from }
  return new Promise((done) => {
    execFile(process.execPath, args, { cwd: root, env }, (error, stdout, stderr) => {
      done({ code: error === null ? 0 : Number(error.code), stdout, stderr })
    })
  })
}

const advisory = (identifier: string, range: string): string =>
  `identifier: ${identifier}\ntitle: "Something bad"\naffected_range: "${range}"\n`

describe('npm run audit, with a clone of a list of advisories', () => {
  it('finds what affects a locked version, in what users install and in the rest', async () => {
    const acorn = lockedVersion('acorn')
    const vitest = lockedVersion('vitest')
    const list = createFolder({
      'npm/acorn/GHSA-in.yml': advisory('GHSA-in', `<1.0.0||>=2.0.0 <=${acorn}`),
      'npm/acorn/GHSA-before.yml': advisory('GHSA-before', `<${acorn}`),
      'npm/acorn/GHSA-after.yml': advisory('GHSA-after', `>${acorn}`),
      'npm/vitest/GHSA-tool.yml': advisory('GHSA-tool', `=${vitest}`),
      'npm/@types/node/GHSA-none.yml': advisory('GHSA-none', '<1.0.0'),
      'npm/no-such-package/GHSA-other.yml': advisory('GHSA-other', '>=0.0.0'),
    })
    const { code, stdout } = await audit(list)
    expect(stdout.split('\n')).toEqual([
      expect.stringMatching(/^What users install: \d+ packages, 1 with known vulnerabilities$/),
      `  unrated acorn: ${acorn}: GHSA-in, Something bad`,
      `Everything: ${Object.keys(packages).length} packages, 2 with known vulnerabilities`,
      `  unrated acorn: ${acorn}: GHSA-in, Something bad`,
      `  unrated vitest: ${vitest}: GHSA-tool, Something bad`,
      '',
    ])
    expect(code).toBe(1)
  })

  it('ends with 0 when nothing is found', async () => {
    const list = createFolder({
      'npm/acorn/GHSA-old.yml': advisory('GHSA-old', '<0.0.1'),
    })
    const { code, stdout } = await audit(basename(list), '--advisories', dirname(list))
    expect(stdout).toMatch(/^What users install: \d+ packages, 0 with/)
    expect(code).toBe(0)
  })

  it('names an option that it does not know, and ends with 2', async () => {
    const { code, stdout, stderr } = await audit('list', '--advisory')
    expect(stderr).toMatch(/^Unknown option '--advisory'/)
    expect(stderr).not.toContain('    at ')
    expect([code, stdout]).toEqual([2, ''])
  })

  it.each([
    ['a folder without a list', {}, /there is no .*npm; name a clone of GitLab's list/],
    [
      'a range that cannot be understood',
      { 'npm/acorn/GHSA-odd.yml': advisory('GHSA-odd', '(,1.0]') },
      /GHSA-odd affects "\(,1\.0\]", which is no range of versions/,
    ],
  ])('says so, and ends with 2, for %s', async (_title, files, message) => {
    const { code, stderr } = await audit(createFolder(files))
    expect(stderr).toMatch(/^--advisories .* could not be asked for vulnerabilities: /)
    expect(stderr).toMatch(message)
    expect(code).toBe(2)
  })
})
