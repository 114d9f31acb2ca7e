import { execFileSync } from 'node:child_process'
import { readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import { quote } from '../../packages/deploy/src/rule/write-call.js'
import { createAccount, EXISTING, FUNCTION, RULE, THIRD } from '../deploy/cut-over/account.js'
import { setUp } from '../deploy/cut-over/run-command.js'

const shift = ['shift', '--to', '10', '--watch', '5m', '--interval', '1m'] as const

describe('the cut-over command', () => {
  it.each([
    ['a Region that names a host', RULE.replace('eu-west-1', 'evil.example/')],
    ['a Region that names a host and a fragment', RULE.replace('eu-west-1', 'evil.example#')],
    ['a partition that is none', RULE.replace('arn:aws:', 'arn:evil.example:')],
    ['another service', RULE.replace('elasticloadbalancing', 'iam')],
    ['a Network Load Balancer', RULE.replace('listener-rule/app/', 'listener-rule/net/')],
    ['a line end', `${RULE}\nx`],
    ['an option', '--endpoint-url=http://evil.example'],
  ])('T40: an ARN with %s is refused before a signed request goes anywhere', async (_what, arn) => {
    const { aws, run } = await setUp()
    const { code, errors } = await run(...shift, '--yes', '--rule', arn)
    expect([code, aws.calls]).toEqual([2, []])
    expect(errors.join('\n')).toMatch(/--rule/)
  })

  it('T41: without --yes nothing is written, whatever else is said', async () => {
    const { aws, run, folder, weights } = await setUp()
    for (const args of [
      [...shift],
      [...shift, '--accept-changes', '--take-over'],
      ['shift', '--to', '100', '--watch', '0', '--json'],
      ['rollback'],
      ['status'],
    ]) {
      await run(...args)
    }
    const writes = aws.calls
      .map(({ action }) => action)
      .filter((name) => !/^(Describe|Get)/.test(name))
    expect([writes, aws.writes, weights()]).toEqual([[], [], '100/0'])
    expect(readdirSync(folder)).toEqual([])
  })

  it.each([
    ['groups that are not the rule’s', ['--existing-group', THIRD, '--function-group', FUNCTION]],
    [
      'the groups the wrong way round',
      ['--existing-group', FUNCTION, '--function-group', EXISTING],
    ],
    ['one group twice', ['--existing-group', EXISTING, '--function-group', EXISTING]],
  ])('T42: %s leave the rule as it is', async (_what, groups) => {
    const { aws, run, weights } = await setUp(createAccount())
    const { code } = await run(...shift, '--yes', ...groups)
    expect([code === 0, aws.writes, weights()]).toEqual([false, [], '100/0'])
  })

  it('T43: credentials are in no output and in no file, and the file is the user’s alone', async () => {
    const secrets = {
      AWS_ACCESS_KEY_ID: 'AKIAPLANTED',
      AWS_SECRET_ACCESS_KEY: 'plantedSecret',
      AWS_SESSION_TOKEN: 'plantedToken',
    }
    const before = { ...process.env }
    Object.assign(process.env, secrets)
    const mask = process.umask(0)
    onTestFinished(() => {
      process.umask(mask)
      delete process.env['AWS_SESSION_TOKEN']
      Object.assign(process.env, before)
    })
    const { aws, run, folder } = await setUp()
    const ran = [
      await run(...shift, '--yes', '--json'),
      await run('status'),
      // A call that fails tells of itself.
      await ((aws.onCall = () => ({ kind: 'status', status: 403, code: 'InvalidClientTokenId' })),
      run('rollback', '--yes')),
    ]
    expect(aws.writes).toEqual(['90/10'])
    const said = ran.flatMap(({ lines, errors }) => [...lines, ...errors]).join('\n')
    const files = readdirSync(folder)
    expect(files).toHaveLength(1)
    for (const file of files) {
      const path = join(folder, file)
      expect(readFileSync(path, 'utf8') + said).not.toMatch(/planted/i)
      if (process.platform !== 'win32')
        expect((statSync(path).mode & 0o777).toString(8)).toBe('600')
    }
  })

  it('T44: what it prints to be pasted is the same words for a shell, and runs nothing', () => {
    const hostile = [
      '$(touch pwned)',
      '`id`',
      "a'b; id #",
      'a\nid',
      '-x',
      '',
      '"',
      '\\',
      '*',
      '~',
      '!!',
      'a=b',
      '&',
      'é',
    ]
    const script = `printf '<%s>' ${hostile.map(quote).join(' ')}`
    expect(execFileSync('sh', ['-c', script], { encoding: 'utf8' })).toBe(
      hostile.map((word) => `<${word}>`).join(''),
    )
  })
})
