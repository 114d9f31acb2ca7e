import { rmSync } from 'node:fs'
import { needsBundle } from '../bundle/function-bundle.js'
import { bundleApp } from './app-bundle.js'
import { judgeSize } from './bundle-size.js'
import type { Finding, Observation } from './finding.js'
import { judgeNative } from './native-modules.js'
import { readApp } from './reading/read-app.js'
import type { AskedRequest, DoctorRecord } from './runner/records.js'
import { runApp } from './runner/run-app.js'
import { toFindings } from './to-findings.js'

export interface DiagnoseOptions {
  /** Absolute path of the file that exports the app. */
  readonly file: string
  readonly exportName?: string | undefined
  /** The function's architecture. */
  readonly arch: 'x64' | 'arm64'
  /** Whether the target group has multi-value headers. */
  readonly isMultiValue: boolean
  /** What is asked instead of the app's own routes. */
  readonly requests?: readonly AskedRequest[] | undefined
  /** How long a response may take before it counts as one without an end. */
  readonly patienceMs: number
  /** Takes what the app writes to its standard output and error. */
  readonly onOutput?: ((text: string) => void) | undefined
}

/** What the doctor found, and how far it got. */
export interface Diagnosis {
  readonly findings: readonly Finding[]
  /** The export that the app came from. */
  readonly app: string | undefined
  /** Each request that was sent and its status; none when it had no end. */
  readonly asked: readonly { readonly request: string; readonly status: number | undefined }[]
  /** What was not asked, and why. */
  readonly leftOut: readonly { readonly request: string; readonly why: string }[]
  /** How many of the app's own sources were read. */
  readonly filesRead: number
  /** Why the app could not be run, or not to the end. */
  readonly failures: readonly string[]
}

/** Looks at an app: runs it, reads what it loads, and tells what does not move to a function as it is. */
export async function diagnose(options: DiagnoseOptions): Promise<Diagnosis> {
  const { file, arch, isMultiValue } = options
  const [records, size] = await Promise.all([run(options), judgeSize(file)])
  const ofType = <Type extends DoctorRecord['type']>(
    type: Type,
  ): Extract<DoctorRecord, { type: Type }>[] =>
    records.filter(
      (record): record is Extract<DoctorRecord, { type: Type }> => record.type === type,
    )
  const [app] = ofType('app')
  const reading = await readApp(file, app?.trustsNoProxy === true)
  const observations: (Observation | undefined)[] = [
    ...ofType('observation').map(({ observation }) => observation),
    ...ofType('native').map(({ file: binary, site }) => judgeNative(binary, site, arch)),
    ...reading.observations,
    size,
  ]
  return {
    findings: toFindings(
      observations.filter((one) => one !== undefined),
      reading.placeOfPackage,
      isMultiValue,
    ),
    app: app?.name,
    asked: ofType('asked').map(({ request, status }) => ({ request, status })),
    leftOut: ofType('left-out').map(({ request, why }) => ({ request, why })),
    filesRead: reading.files,
    failures: ofType('failure').map(({ message }) => message),
  }
}

async function run(options: DiagnoseOptions): Promise<readonly DoctorRecord[]> {
  const { file, exportName, requests, patienceMs, onOutput } = options
  if (!needsBundle(file)) {
    return runApp({ file, exportName, requests, patienceMs }, onOutput)
  }
  const bundle = await bundleApp(file).catch(async (error: unknown) => toFailure(error))
  if ('type' in bundle) return [bundle]
  const { folder: bundleFolder } = bundle
  try {
    return await runApp(
      { file: bundle.file, exportName, requests, patienceMs, bundleFolder },
      onOutput,
    )
  } finally {
    rmSync(bundleFolder, { recursive: true, force: true })
  }
}

/** What esbuild says, with file and line. */
async function toFailure(error: unknown): Promise<Extract<DoctorRecord, { type: 'failure' }>> {
  const { formatMessages } = await import('esbuild')
  const { errors } = error as { readonly errors?: Parameters<typeof formatMessages>[0] }
  if (errors === undefined) throw error
  const texts = await formatMessages(errors, { kind: 'error', color: false })
  return { type: 'failure', message: texts.join('\n').trim() }
}
