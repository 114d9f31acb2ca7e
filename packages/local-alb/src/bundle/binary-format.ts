import { readFileSync } from 'node:fs'
import type { System } from './system.js'

/** What a native module or a shared library was built for. */
export interface BinaryFormat {
  /** As `process.platform` and `process.arch`; a universal Mach-O file has several architectures. */
  readonly platform: 'linux' | 'darwin' | 'win32'
  readonly architectures: readonly string[]
  readonly libc?: 'glibc' | 'musl' | undefined
  /** The newest version of glibc that it asks for, such as `2.34`. */
  readonly glibc?: string | undefined
}

const ELF_MACHINES: Readonly<Record<number, string>> = {
  3: 'ia32',
  40: 'arm',
  62: 'x64',
  183: 'arm64',
  243: 'riscv64',
}
const MACH_O_CPUS: Readonly<Record<number, string>> = { 0x01000007: 'x64', 0x0100000c: 'arm64' }
const PE_MACHINES: Readonly<Record<number, string>> = {
  0x014c: 'ia32',
  0x8664: 'x64',
  0xaa64: 'arm64',
}

/** Reads a file's header (ELF, Mach-O or PE). `undefined` when it is none of these. */
export function binaryFormatOf(file: string): BinaryFormat | undefined {
  return formatOf(readFileSync(file))
}

/** See `binaryFormatOf`. */
export function formatOf(bytes: Buffer): BinaryFormat | undefined {
  if (bytes.length < 64) return undefined
  const magic = bytes.readUInt32BE(0)
  if (magic === 0x7f454c46) return elf(bytes)
  if (magic === 0xcffaedfe) return darwin([bytes.readUInt32LE(4)])
  if (magic === 0xcafebabe) {
    const count = Math.min(bytes.readUInt32BE(4), 4)
    // A class file of Java begins alike, with a version in the place of the count.
    if (bytes.readUInt32BE(4) > 4) return undefined
    return darwin(Array.from({ length: count }, (_, index) => bytes.readUInt32BE(8 + index * 20)))
  }
  if (bytes.readUInt16BE(0) === 0x4d5a) return windows(bytes)
  return undefined
}

function elf(bytes: Buffer): BinaryFormat {
  const isLittle = bytes[5] === 1
  const machine = isLittle ? bytes.readUInt16LE(18) : bytes.readUInt16BE(18)
  const isMusl = bytes.includes('libc.musl-')
  return {
    platform: 'linux',
    architectures: [ELF_MACHINES[machine] ?? `machine ${machine}`],
    libc: isMusl ? 'musl' : bytes.includes('libc.so.6') ? 'glibc' : undefined,
    glibc: isMusl ? undefined : newestGlibc(bytes),
  }
}

/** The names of versions stand in the file's table of strings. */
function newestGlibc(bytes: Buffer): string | undefined {
  const minors: number[] = []
  for (let at = bytes.indexOf(GLIBC); at !== -1; at = bytes.indexOf(GLIBC, at + 1)) {
    const [, minor] =
      /^GLIBC_2\.(\d+)(?:\.\d+)?\0/.exec(bytes.toString('latin1', at, at + 24)) ?? []
    if (minor !== undefined) minors.push(Number(minor))
  }
  return minors.length === 0 ? undefined : `2.${Math.max(...minors)}`
}

const GLIBC = 'GLIBC_2.'

function darwin(cpus: readonly number[]): BinaryFormat {
  return {
    platform: 'darwin',
    architectures: cpus.map((cpu) => MACH_O_CPUS[cpu] ?? `cpu ${cpu}`),
  }
}

function windows(bytes: Buffer): BinaryFormat | undefined {
  const header = bytes.readUInt32LE(0x3c)
  if (header + 6 > bytes.length || bytes.toString('latin1', header, header + 2) !== 'PE') {
    return undefined
  }
  const machine = bytes.readUInt16LE(header + 4)
  return { platform: 'win32', architectures: [PE_MACHINES[machine] ?? `machine ${machine}`] }
}

/** Why a binary cannot be loaded on a system; `undefined` when it can. */
export function whyForeign(
  { platform, architectures, libc }: BinaryFormat,
  system: System,
): string | undefined {
  const name = `${platform}-${architectures.join('/')}${libc === 'musl' ? ' (musl)' : ''}`
  const fits = platform === system.platform && architectures.includes(system.arch)
  const otherLibc = libc !== undefined && system.libc !== undefined && libc !== system.libc
  return fits && !otherLibc ? undefined : name
}
