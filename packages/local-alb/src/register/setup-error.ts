/** Something the user can mend: told without a stack. */
export class SetupError extends Error {
  override readonly name = 'SetupError'
}
