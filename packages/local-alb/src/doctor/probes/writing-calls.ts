import { constants } from 'node:fs'

/** A function of `node:fs` that changes the file system; the `Sync` form and that of `fs/promises` take the same. */
export interface WritingCall {
  /** Which argument is the path that is written. */
  readonly path: number
  /** Whether these arguments ask for it, where that depends. */
  readonly isWriting?: (args: readonly unknown[]) => boolean
}

export const WRITING: Readonly<Record<string, WritingCall>> = {
  appendFile: { path: 0 },
  copyFile: { path: 1 },
  cp: { path: 1 },
  createWriteStream: { path: 0 },
  link: { path: 1 },
  mkdir: { path: 0 },
  mkdtemp: { path: 0 },
  open: { path: 0, isWriting: ([, flags]) => isWritingFlag(flags) },
  rename: { path: 1 },
  rm: { path: 0 },
  rmdir: { path: 0 },
  symlink: { path: 1 },
  truncate: { path: 0 },
  unlink: { path: 0 },
  writeFile: { path: 0 },
}

export function isWritingFlag(flags: unknown): boolean {
  if (typeof flags === 'number') {
    return (flags & (constants.O_WRONLY | constants.O_RDWR | constants.O_CREAT)) !== 0
  }
  return typeof flags === 'string' && /[wa+]/.test(flags)
}
