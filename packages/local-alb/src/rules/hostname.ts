/** A `Host` value taken apart: the name, an IPv6 address with its brackets, and `:port` or nothing. */
export interface HostParts {
  readonly name: string
  readonly port: string
}

export function splitHost(host: string): HostParts {
  const end = host.lastIndexOf(':')
  const isPort = end !== -1 && /^\d*$/.test(host.slice(end + 1))
  return isPort ? { name: host.slice(0, end), port: host.slice(end) } : { name: host, port: '' }
}
