import { execFileSync } from 'node:child_process'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { findClones, openClone, testFiles } from '../../bench/compat/folder.mjs'
import { SUITES } from '../../bench/compat/suites.mjs'
import { createFolder } from '../helpers/folder.js'

const manifest = (name: string, version = '1.0.0'): string => JSON.stringify({ name, version })
const INSTALLED = { 'node_modules/mocha/package.json': '{}' }

describe('the folder of a suite', () => {
  it('is opened with its version, and has no commit when it is no clone itself', () => {
    const folder = createFolder({ 'package.json': manifest('send', '1.2.1'), ...INSTALLED })
    expect(openClone('send', folder)).toMatchObject({
      suite: { name: 'send' },
      folder,
      version: '1.2.1',
      commit: undefined,
    })
  })

  it('has the commit of its clone, with a mark when a tracked file was changed', () => {
    const folder = createFolder({
      'package.json': manifest('send'),
      '.gitignore': 'node_modules',
      ...INSTALLED,
    })
    const git = (...args: readonly string[]): string =>
      execFileSync('git', ['-C', folder, '-c', 'user.name=t', '-c', 'user.email=t', ...args], {
        encoding: 'utf8',
        stdio: 'pipe',
      })
    git('init', '-q')
    git('add', '.')
    git('commit', '-qm', 'one')
    const commit = git('rev-parse', '--short=12', 'HEAD').trim()
    expect(openClone('send', folder).commit).toBe(commit)
    execFileSync('sh', ['-c', 'echo node_modules/ > .gitignore'], { cwd: folder })
    expect(openClone('send', folder).commit).toBe(`${commit}, changed`)
  })

  it.each([
    ['sent', {}, '--suite: no suite "sent"; there are express, express4, body-parser'],
    ['send', {}, 'there is no package.json; give the clone of pillarjs/send that send is in'],
    [
      'send',
      { 'package.json': '{"name":"send","devDependencies":{"mocha":"*"}}' },
      'its dependencies are not installed (no node_modules); run "npm install" there first',
    ],
    [
      'send',
      { 'package.json': manifest('router', '2.0.0'), ...INSTALLED },
      'that is the package router 2.0.0, suite router, not the package "send" (a clone of pillarjs/send) for --suite send',
    ],
    [
      'express',
      { 'package.json': manifest('express', '4.22.2'), ...INSTALLED },
      'that is the package express 4.22.2, suite express4, not the package "express", version 5 (a clone',
    ],
    [
      'nest',
      { 'package.json': manifest('@nestjs/core', '11.0.0'), ...INSTALLED },
      'not the package "@nestjs/core" with vitest.config.integration.mts',
    ],
    [
      'helmet',
      { 'package.json': '{}', ...INSTALLED },
      'that is a package without a name, not a folder with middlewares/x-powered-by',
    ],
    [
      'node',
      {},
      'that is a folder without package.json, not a folder with test/parallel/test-http-',
    ],
  ])('says what is wrong: %s in %j', (name, files, message) => {
    const folder = createFolder(files)
    expect(() => openClone(name, folder)).toThrow(message)
  })

  it('may be no package at all', () => {
    const parent = createFolder({ 'node/test/parallel/test-http-server.js': '' })
    const folder = join(parent, 'node')
    expect(openClone('node', folder)).toMatchObject({ suite: { name: 'node' }, version: '' })
    expect(findClones(parent)).toEqual([{ name: 'node', folder }])
  })

  it('is found among others, in the order of the list', () => {
    const parent = createFolder({
      'a/package.json': manifest('send'),
      'b/package.json': manifest('express', '4.0.0'),
      'c/package.json': manifest('express', '5.0.0'),
      'd/package.json': manifest('left-pad'),
      'e/readme.md': '',
    })
    expect(findClones(parent)).toEqual([
      { name: 'express', folder: join(parent, 'c') },
      { name: 'express4', folder: join(parent, 'b') },
      { name: 'send', folder: join(parent, 'a') },
    ])
    expect(() => findClones(join(parent, 'd'))).toThrow('no folder in it is one of express, ')
    expect(() => findClones(join(parent, 'x'))).toThrow('there is no such folder')
  })
})

describe('the test files of a suite', () => {
  const files = (name: string, folder: string): string[] => {
    const suite = SUITES.find((candidate) => candidate.name === name)
    if (suite === undefined) throw new Error(name)
    return testFiles(suite, folder).map((file) => file.slice(folder.length + 1))
  }

  it('are in the folders of its own command, and not below them unless it says so', () => {
    const folder = createFolder({
      'test/b.js': '',
      'test/a.mjs': '',
      'test/fixtures/x.js': '',
      'test/notes.txt': '',
      'test/acceptance/z.js': '',
    })
    expect(files('express', folder)).toEqual(['test/a.mjs', 'test/b.js', 'test/acceptance/z.js'])
  })

  it('are those below, by their names, without installed packages', () => {
    const folder = createFolder({
      'test/a.test.js': '',
      'test/deep/b.test.mjs': '',
      'test/helper.js': '',
      'test/node_modules/p/c.test.js': '',
    })
    expect(files('fastify', folder)).toEqual(['test/a.test.js', 'test/deep/b.test.mjs'])
  })

  it('are told by their names where tests of other things lie beside them', () => {
    const folder = createFolder({
      'test/parallel/test-http-server.js': '',
      'test/parallel/test-http-autoselectfamily.mjs': '',
      'test/parallel/test-http2-server.js': '',
      'test/parallel/test-https-server.js': '',
    })
    const http = ['test-http-autoselectfamily.mjs', 'test-http-server.js']
    expect(files('node', folder)).toEqual(http.map((file) => `test/parallel/${file}`))
  })

  it('leave out what is about another platform, or installs packages', () => {
    const folder = createFolder({
      'integration/hello-world/e2e/middleware.spec.ts': '',
      'integration/hello-world/e2e/middleware-fastify.spec.ts': '',
      'integration/hello-world/e2e/middleware-node.spec.ts': '',
      'integration/hello-world/e2e/node-adapter.spec.ts': '',
      'integration/microservices/e2e/x.spec.ts': '',
      'test/index.test.ts': '',
      'test/project-setups.test.ts': '',
    })
    expect(files('nest', folder)).toEqual(['integration/hello-world/e2e/middleware.spec.ts'])
    expect(files('helmet', folder)).toEqual(['test/index.test.ts'])
  })
})
