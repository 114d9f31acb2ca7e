/** Something that the user can mend, such as a line that cannot be read or a side that does not answer. */
export class ParityError extends Error {
  override readonly name = 'ParityError'
}
