import { readdirSync, readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { describe, expect, it, vi } from 'vitest'
import { bundleFunction } from '../../../packages/local-alb/src/bundle/function-bundle.js'
import { formatOf, whyForeign } from '../../../packages/local-alb/src/bundle/binary-format.js'
import { lambdaSystem } from '../../../packages/local-alb/src/bundle/system.js'
import { answerOf, build, createProject, type Files, handlerOf, installed } from './project.js'

vi.setConfig({ testTimeout: 60_000 })

const hasLambdaSystem = process.platform === 'linux' && ['x64', 'arm64'].includes(process.arch)
const arch = process.arch === 'arm64' ? 'arm64' : 'x64'
const otherArch = arch === 'x64' ? 'arm64' : 'x64'

/** Headers of binaries; no more than what says what they are. */
function elf(machine: number, strings: string = 'libc.so.6\0'): Buffer {
  const bytes = Buffer.alloc(64)
  bytes.write('\x7fELF\x02\x01\x01', 'latin1')
  bytes.writeUInt16LE(machine, 18)
  return Buffer.concat([bytes, Buffer.from(strings)])
}
const ELF = { x64: elf(62), arm64: elf(183) }

function machO(...cpus: number[]): Buffer {
  const bytes = Buffer.alloc(128)
  if (cpus.length === 1) {
    bytes.writeUInt32LE(0xfeedfacf, 0)
    bytes.writeUInt32LE(cpus[0] ?? 0, 4)
    return bytes
  }
  bytes.writeUInt32BE(0xcafebabe, 0)
  bytes.writeUInt32BE(cpus.length, 4)
  for (const [index, cpu] of cpus.entries()) bytes.writeUInt32BE(cpu, 8 + index * 20)
  return bytes
}

function pe(machine: number): Buffer {
  const bytes = Buffer.alloc(128)
  bytes.write('MZ', 'latin1')
  bytes.writeUInt32LE(0x40, 0x3c)
  bytes.write('PE', 0x40, 'latin1')
  bytes.writeUInt16LE(machine, 0x44)
  return bytes
}

describe('the header of a binary', () => {
  it.each([
    ['ELF, x64', elf(62), undefined, 'linux-x64'],
    ['ELF, arm64', elf(183), 'linux-arm64', undefined],
    ['ELF with musl', elf(62, 'libc.musl-x86_64.so.1\0'), 'linux-x64 (musl)', 'linux-x64 (musl)'],
    ['ELF without any libc', elf(62, ''), undefined, 'linux-x64'],
    ['Mach-O, arm64', machO(0x0100000c), 'darwin-arm64', 'darwin-arm64'],
    ['Mach-O, universal', machO(0x01000007, 0x0100000c), 'darwin-x64/arm64', 'darwin-x64/arm64'],
    ['PE, x64', pe(0x8664), 'win32-x64', 'win32-x64'],
  ])('says what it is for: %s', (_what, bytes, onX64, onArm64) => {
    const format = formatOf(bytes)
    if (format === undefined) throw new Error('It is a binary')
    expect(whyForeign(format, lambdaSystem('x64'))).toBe(onX64)
    expect(whyForeign(format, lambdaSystem('arm64'))).toBe(onArm64)
  })

  it('is of none for other files', () => {
    expect(formatOf(Buffer.from('#!/bin/sh\n'.padEnd(100)))).toBeUndefined()
    expect(formatOf(Buffer.alloc(3))).toBeUndefined()
    // A class file of Java.
    const java = Buffer.alloc(100)
    java.writeUInt32BE(0xcafebabe, 0)
    java.writeUInt32BE(52, 4)
    expect(formatOf(java)).toBeUndefined()
  })

  it('has the newest glibc it asks for', () => {
    const strings = 'libc.so.6\0GLIBC_2.2.5\0GLIBC_2.38\0GLIBC_2.4\0'
    expect(formatOf(elf(62, strings))?.glibc).toBe('2.38')
  })
})

const uses = (name: string): Files => ({
  'src/lambda.ts': `import addon from '${name}'\n${handlerOf('typeof addon')}`,
})

describe('a native package', () => {
  it('is copied with the binaries of the function alone, and nothing to build it', async () => {
    const project = createProject({
      ...uses('addon'),
      ...installed(
        'addon',
        {
          'index.js': "module.exports = require('node-gyp-build')(__dirname)\n",
          'binding.gyp': '{}',
          'src/addon.cc': 'int main() {}',
          'prebuilds/linux-x64/addon.node': ELF.x64,
          'prebuilds/linux-x64/addon.musl.node': elf(62, 'libc.musl-x86_64.so.1\0'),
          'prebuilds/linux-arm64/addon.node': ELF.arm64,
          'prebuilds/darwin-x64+arm64/addon.node': machO(0x01000007, 0x0100000c),
          'prebuilds/win32-x64/addon.node': pe(0x8664),
        },
        { dependencies: { 'node-gyp-build': '4' } },
      ),
      ...installed('node-gyp-build', { 'index.js': 'module.exports = () => ({})\n' }),
    })
    for (const each of ['x64', 'arm64'] as const) {
      const { files } = await build(project, { arch: each, verify: false })
      expect([...files.files.keys()].filter((path) => path.includes('addon'))).toEqual([
        'node_modules/addon/index.js',
        'node_modules/addon/package.json',
        `node_modules/addon/prebuilds/linux-${each}/addon.node`,
      ])
      expect(files.files.has('node_modules/node-gyp-build/index.js')).toBe(true)
    }
  })

  it('is refused with a binary for another system, saying how to get the right one', async () => {
    const project = createProject({
      ...uses('addon'),
      ...installed('addon', {
        'index.js': "module.exports = require('./build/Release/addon.node')\n",
        'build/Release/addon.node': machO(0x0100000c),
      }),
    })
    await expect(build(project)).rejects.toThrow(
      /addon is a native module and has a binary for darwin-arm64 only; the function runs on linux-x64.*npm install --os=linux --cpu=x64 --libc=glibc addon.*--external addon/,
    )
    const { verification } = await build(project, { external: ['addon'], verify: false })
    expect(verification).toBeUndefined()
  })

  it('whose binaries are packages of their own is copied with that of the function', async () => {
    const binary = (system: string, bytes: Buffer, cpu: string, os: string): Files =>
      installed(
        `@addon/${system}`,
        { 'addon.node': bytes },
        { main: 'addon.node', os: [os], cpu: [cpu] },
      )
    const project = createProject({
      ...uses('addon'),
      ...installed(
        'addon',
        { 'index.js': "module.exports = require('@addon/' + process.platform)\n" },
        {
          optionalDependencies: {
            '@addon/linux-x64': '1',
            '@addon/linux-arm64': '1',
            '@addon/darwin-arm64': '1',
          },
        },
      ),
      ...binary('linux-x64', ELF.x64, 'x64', 'linux'),
      ...binary('darwin-arm64', machO(0x0100000c), 'arm64', 'darwin'),
    })
    const { files } = await build(project, { arch: 'x64', verify: false })
    expect([...files.files.keys()].filter((path) => path.endsWith('.node'))).toEqual([
      'node_modules/@addon/linux-x64/addon.node',
    ])
    await expect(build(project, { arch: 'arm64' })).rejects.toThrow(
      /has no binary for linux-arm64 installed.*--cpu=arm64/,
    )
  })

  it('that asks for a newer glibc than Lambda has is warned of', async () => {
    const project = createProject({
      ...uses('addon'),
      ...installed('addon', {
        'index.js': "module.exports = require('./addon.node')\n",
        'addon.node': elf(62, 'libc.so.6\0GLIBC_2.38\0'),
      }),
    })
    const { warnings } = await build(project, { arch: 'x64', verify: false })
    expect(warnings).toEqual([expect.stringMatching(/addon: addon\.node needs glibc 2\.38.*2\.34/)])
  })

  it('of the project itself is copied, or refused with file and line', async () => {
    const files = {
      'src/lambda.ts': `import addon from './native/addon.node'\n${handlerOf('typeof addon')}`,
      'src/native/addon.node': ELF[arch],
    }
    const { files: built } = await build(createProject(files), { arch, verify: false })
    expect(built.files.has('src/native/addon.node')).toBe(true)
    await expect(build(createProject(files), { arch: otherArch })).rejects.toThrow(
      new RegExp(
        `addon\\.node is built for linux-${arch}, and the function runs on linux-${otherArch}[^]*src/lambda\\.ts:1:`,
      ),
    )
  })

  it('cannot be started on another system, which is said', async () => {
    const project = createProject({
      ...uses('addon'),
      ...installed('addon', {
        'index.js': "module.exports = require('./addon.node')\n",
        'addon.node': ELF[otherArch],
      }),
    })
    const { verification, warnings } = await build(project, { arch: otherArch })
    expect(verification).toMatchObject({ kind: 'skipped' })
    expect(warnings).toEqual([expect.stringMatching(/not started here.*addon\.node.*test rule/)])
  })

  it('works, bundled and deployed, and behind local-alb', async () => {
    const project = createProject({
      'src/lambda.ts': `import addon from 'addon'
import own from './own/own.node'
${handlerOf('[Object.keys(addon).length > 0, Object.keys(own).length > 0]')}`,
      'src/own/own.node': hostAddon(),
      ...installed('addon', {
        'index.js': "module.exports = require('./lib/addon.node')\n",
        'lib/addon.node': hostAddon(),
      }),
    })
    const served = await bundleFunction(join(project, 'src/lambda.ts'))
    expect(await answerOf(dirname(served.file))).toBe('[true,true]')
    await served.close()
    if (!hasLambdaSystem) return
    const { verification, folder } = await build(project, { arch })
    expect(verification).toMatchObject({ kind: 'answered', status: 200 })
    expect(await answerOf(folder)).toBe('[true,true]')
  })
})

/** Some addon for this machine: one of a package that the workspace has anyhow, the smallest. */
function hostAddon(): Buffer {
  const jest = createRequire(createRequire(import.meta.url).resolve('jest/package.json'))
  const core = createRequire(jest.resolve('@jest/core'))
  const resolver = createRequire(core.resolve('jest-resolve')).resolve('unrs-resolver')
  const scope = join(resolver.split(/[\\/]unrs-resolver[\\/]index/)[0] ?? '', '@unrs')
  for (const name of readdirSync(scope)) {
    const folder = join(scope, name)
    const addon = readdirSync(folder).find((file) => file.endsWith('.node'))
    if (addon !== undefined) return readFileSync(join(folder, addon))
  }
  throw new Error(`No addon below ${scope}`)
}
