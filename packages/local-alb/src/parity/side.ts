/** One of the two that are compared. */
export interface Side {
  readonly name: SideName
  /** As the user named it: a URL or a file. */
  readonly label: string
  readonly origin: URL
  /** Whether its certificate counts. */
  readonly checkCertificate: boolean
  /**
   * Why the load balancer of this process answered in the target's place, for the last request on the connection from
   * `localPort`; nothing when this side is elsewhere.
   */
  refusalOf(localPort: number): string | undefined
}

export type SideName = 'left' | 'right'

export type Sides = Readonly<Record<SideName, Side>>

/** Origins by which a side can name itself in answer to a request with this `Host`. */
export function ownOrigins({ origin }: Side, host: string): string[] {
  const { protocol, port } = origin
  const named = `${protocol}//${host.toLowerCase()}`
  const names = [origin.origin, named]
  // A load balancer adds its port to a host without one.
  if (port !== '' && !/:\d+$/.test(host)) names.push(`${named}:${port}`)
  return names
}
