import { isIP } from 'node:net'

export interface Certificate {
  /** PEM. */
  readonly key: string
  /** PEM. */
  readonly cert: string
}

const DAY_MS = 86_400_000

/**
 * A certificate for a listener on this machine, valid for a year: for `localhost`, `127.0.0.1` and `::1`, and for what
 * is given besides. No client trusts it by itself (`curl -k`, `NODE_TLS_REJECT_UNAUTHORIZED=0`, or pass it as the CA).
 *
 * @param hostnames names or IP addresses
 */
export async function createCertificate(hostnames: readonly string[] = []): Promise<Certificate> {
  // Half the start-up time of a load balancer that needs none.
  const { generate } = await import('selfsigned')
  const names = new Set(['localhost', '127.0.0.1', '::1', ...hostnames])
  const now = Date.now()
  const pems = await generate([{ name: 'commonName', value: 'localhost' }], {
    keyType: 'ec',
    algorithm: 'sha256',
    // A clock that is a little slow must not find it invalid.
    notBeforeDate: new Date(now - DAY_MS),
    notAfterDate: new Date(now + 365 * DAY_MS),
    extensions: [
      { name: 'basicConstraints', cA: false },
      { name: 'keyUsage', digitalSignature: true, critical: true },
      { name: 'extKeyUsage', serverAuth: true },
      {
        name: 'subjectAltName',
        altNames: Array.from(names, (name) =>
          isIP(name) === 0 ? { type: 2 as const, value: name } : { type: 7 as const, ip: name },
        ),
      },
    ],
  })
  return { key: pems.private, cert: pems.cert }
}
