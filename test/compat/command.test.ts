import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { commandFor } from '../../bench/compat/command.mjs'
import { openClone } from '../../bench/compat/folder.mjs'
import { createFolder } from '../helpers/folder.js'

const wish = {
  files: ['test/a.js', 'test/b.js'],
  grep: undefined,
  nodeVersion: '20.20.2',
  outcomes: '/tmp/outcomes',
}

function clone(name: string, runner: string, bin: unknown) {
  return openClone(
    name,
    createFolder({
      'package.json': JSON.stringify({ name, version: '1.0.0' }),
      [`node_modules/${runner}/package.json`]: JSON.stringify({ bin }),
    }),
  )
}

describe('the command of a suite', () => {
  it.each([
    ['an old mocha', './bin/mocha'],
    ['a new one', { mocha: './bin/mocha', _mocha: './bin/_mocha' }],
  ])('runs the mocha of the suite with its own options: %s', (_, bin) => {
    const send = clone('send', 'mocha', bin)
    expect(commandFor(send, { ...wish, grep: 'res.*' })).toEqual([
      join(send.folder, 'node_modules/mocha/bin/mocha'),
      '--exit',
      '--reporter',
      expect.stringMatching(/reporters.mocha\.cjs$/),
      '--check-leaks',
      '--grep',
      'res.*',
      'test/a.js',
      'test/b.js',
    ])
  })

  it.each([
    ['20.20.2', []],
    ['22.23.3', ['--test-force-exit']],
    ['24.0.0', ['--test-force-exit']],
  ])('has node:test of Node %s exit with what it can do', (nodeVersion, forced) => {
    const command = commandFor(clone('koa', 'x', ''), { ...wish, nodeVersion, grep: 'sets' })
    expect(command.filter((word) => word.endsWith('force-exit'))).toEqual(forced)
    expect(command).toEqual(
      expect.arrayContaining([
        '--test',
        '--test-reporter-destination=/tmp/outcomes',
        '--test-name-pattern=sets',
        'test/a.js',
      ]),
    )
  })

  it('has our own runner for scripts', () => {
    const node = openClone('node', createFolder({ 'test/parallel/test-http-server.js': '' }))
    expect(commandFor(node, { ...wish, grep: 'res-' })).toEqual([
      expect.stringMatching(/scripts\.mjs$/),
      '--grep=res-',
      'test/a.js',
      'test/b.js',
    ])
  })
})
