/** The system that a function runs on. */
export interface System {
  readonly platform: string
  readonly arch: string
  readonly libc?: 'glibc' | 'musl' | undefined
}

/** Lambda's Node.js runtimes: Amazon Linux 2023 (Lambda guide, "Lambda runtimes"). */
export function lambdaSystem(arch: 'x64' | 'arm64'): System {
  return { platform: 'linux', arch, libc: 'glibc' }
}

/** What Amazon Linux 2023 has (AWS: "Comparing AL2 and AL2023", glibc). */
export const LAMBDA_GLIBC_MINOR = 34

/** The one that this runs on. */
export function hostSystem(): System {
  const { platform, arch } = process
  if (platform !== 'linux') return { platform, arch }
  const { header } = process.report.getReport() as {
    readonly header?: { readonly glibcVersionRuntime?: string }
  }
  return { platform, arch, libc: header?.glibcVersionRuntime === undefined ? 'musl' : 'glibc' }
}

export function nameOf({ platform, arch }: System): string {
  return `${platform}-${arch}`
}
