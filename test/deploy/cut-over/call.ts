/** A call that came to the fake AWS. */
export interface Call {
  /** From 0, in the order of their coming. */
  readonly index: number
  readonly action: string
  readonly parameters: Readonly<Record<string, unknown>>
}
