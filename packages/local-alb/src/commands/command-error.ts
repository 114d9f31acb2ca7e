/** Something the user can mend: printed without a stack, and the command ends with exit code 1. */
export class CommandError extends Error {
  override readonly name = 'CommandError'
}

/** What to tell of anything that was thrown. */
export function toMessage(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  const isForUsers =
    error instanceof CommandError || error instanceof TypeError || error.name === 'BundleError'
  return isForUsers ? error.message : (error.stack ?? error.message)
}
