/** Lambda guide, "Lambda quotas": 250 MB unzipped, 50 MB zipped when uploaded directly. */
export const MAX_UNZIPPED_BYTES: number = 250 * 1024 * 1024
export const MAX_DIRECT_UPLOAD_BYTES: number = 50 * 1024 * 1024

/** `undefined` when Lambda takes it. */
export function whyTooLarge(unzippedBytes: number): string | undefined {
  if (unzippedBytes <= MAX_UNZIPPED_BYTES) return undefined
  return `The function is ${toSize(unzippedBytes)} unzipped, and Lambda takes 250 MB with all its layers. Leave out what it does not need with --external or --exclude, or deploy it as a container image`
}

/** Bytes for people: `830 kB`, `1.3 MB`; a kB is 1024 bytes, as in AWS's limits. */
export function toSize(bytes: number): string {
  if (bytes < 1024) return `${bytes} B`
  const kb = bytes / 1024
  if (kb < 1000) return `${kb < 10 ? kb.toFixed(1) : kb.toFixed(0)} kB`
  const mb = kb / 1024
  return `${mb < 10 ? mb.toFixed(1) : mb.toFixed(0)} MB`
}
