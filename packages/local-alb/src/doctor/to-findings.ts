import { ADVICE } from './advice.js'
import type { Finding, FindingKind, Observation, Place, Severity } from './finding.js'

/** What is no question where the target group has `lambda.multi_value_headers.enabled`. */
const SINGLE_VALUE: ReadonlySet<FindingKind> = new Set(['several-cookies', 'repeated-query'])

const ORDER: readonly Severity[] = ['breaks', 'check', 'note']

/**
 * Makes findings of what was seen and read: one for each kind and line, the worst first.
 *
 * @param observations what was seen before what was read: it knows more
 * @param placeOfPackage where the app uses a package, for what only a package was seen doing
 * @param isMultiValue the target group has multi-value headers
 */
export function toFindings(
  observations: readonly Observation[],
  placeOfPackage: (name: string) => Place | undefined,
  isMultiValue: boolean,
): Finding[] {
  const findings = new Map<string, Finding>()
  for (const observation of observations) {
    if (isMultiValue && SINGLE_VALUE.has(observation.kind)) continue
    const finding = toFinding(observation, placeOfPackage)
    const { place, kind, what } = finding
    const key = `${kind}\n${place === undefined ? what : `${place.file}:${place.line}`}`
    const known = findings.get(key)
    if (known === undefined) findings.set(key, finding)
    else if (rank(finding) < rank(known)) {
      findings.set(key, finding)
    }
  }
  const all = [...findings.values()]
  const placed = new Set(all.filter(({ place }) => place !== undefined).map(({ kind }) => kind))
  // Where it is known what does it, the same without a place says nothing more.
  return all
    .filter(({ kind, place }) => place !== undefined || !placed.has(kind))
    .toSorted(
      (one, other) =>
        rank(one) - rank(other) || compareKinds(one, other) || comparePlaces(one, other),
    )
}

function toFinding(
  { kind, what, place, severity, package: name }: Observation,
  placeOfPackage: (name: string) => Place | undefined,
): Finding {
  const advice = ADVICE[kind]
  const found = place ?? (name === undefined ? undefined : placeOfPackage(name))
  return {
    kind,
    severity: severity ?? advice.severity,
    what,
    ...(found && { place: found }),
    why: advice.why,
    remedy: advice.remedy,
  }
}

function rank({ severity }: Finding): number {
  return ORDER.indexOf(severity)
}

const KINDS = Object.keys(ADVICE) as FindingKind[]

function compareKinds(one: Finding, other: Finding): number {
  return KINDS.indexOf(one.kind) - KINDS.indexOf(other.kind)
}

function comparePlaces({ place: one }: Finding, { place: other }: Finding): number {
  if (one === undefined || other === undefined)
    return Number(one === undefined) - Number(other === undefined)
  return one.file.localeCompare(other.file, 'en') || one.line - other.line
}
