/** An answer that is being sent. */
export interface Answer {
  readonly keepAlive: boolean
  readonly sentBytes: number
  /** The socket has room again. */
  resume?(): void
  /** Nobody is there any more to send to. */
  cutOff?(): void
}

/** What a connection wants to hear of an answer. */
export interface AnswerEvents {
  /** All of it has left; with an error when it has not, and then the socket closes by itself. */
  readonly onFlushed: (error?: Error | null) => void
  /** It cannot be completed: the socket must be closed, for the client must not take what it has for the whole. */
  readonly onBroken: () => void
}
