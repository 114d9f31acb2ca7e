import type { ParityRequest } from '../request.js'

/** What a file says. */
export interface Source {
  readonly requests: readonly ParityRequest[]
  /** What it has and cannot be sent again, such as `WebSocket`, and how often. */
  readonly leftOut: ReadonlyMap<string, number>
}

/** Collects what a file says. */
export class SourceBuilder implements Source {
  readonly requests: ParityRequest[] = []
  readonly leftOut: Map<string, number> = new Map()

  leaveOut(reason: string, count = 1): void {
    this.leftOut.set(reason, (this.leftOut.get(reason) ?? 0) + count)
  }
}
