import { relative } from 'node:path'
import type { Finding, Place } from './finding.js'

/** A finding as `--json` has it: its place as members of its own, the file relative to where the user stands. */
export type FindingJson = Omit<Finding, 'place'> & Partial<Place>

export function toFindingJson({ place, ...finding }: Finding): FindingJson {
  return { ...finding, ...(place && { ...place, file: relative(process.cwd(), place.file) }) }
}
