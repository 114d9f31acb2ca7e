import type { Observation } from '../finding.js'
import type { Site } from '../probes/call-site.js'

/** What the app's process tells the doctor; one line of JSON each. */
export type DoctorRecord =
  | { readonly type: 'observation'; readonly observation: Observation }
  | { readonly type: 'native'; readonly file: string; readonly site: Site }
  /** The app was found, as which export, and whether it is an Express app that trusts no proxy. */
  | { readonly type: 'app'; readonly name: string; readonly trustsNoProxy: boolean }
  /** A request and its status; none when it had no end in time. */
  | { readonly type: 'asked'; readonly request: string; readonly status: number | undefined }
  /** Routes and requests that were left out, and why. */
  | { readonly type: 'left-out'; readonly request: string; readonly why: string }
  /** Why the app could not be run. */
  | { readonly type: 'failure'; readonly message: string }
  | { readonly type: 'done' }

/** What the app's process is started with. */
export interface RunRequest {
  /** The app as it is loaded: its source, or the bundle of it. */
  readonly file: string
  readonly exportName?: string | undefined
  /** Instead of the routes that are found. */
  readonly requests?: readonly AskedRequest[] | undefined
  /** How long a response may take. */
  readonly patienceMs: number
  /** Where the bundle is. */
  readonly bundleFolder?: string | undefined
}

export interface AskedRequest {
  readonly method: string
  readonly target: string
  readonly headers: readonly (readonly [name: string, value: string])[]
  /** In base64. */
  readonly body?: string | undefined
}

/** The extension of files with such records. */
export const DOCTOR_RECORDS = 'doctor'
