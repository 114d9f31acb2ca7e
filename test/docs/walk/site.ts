import { once } from 'node:events'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { type Alb, createAlb, type Exchange, readConfiguration } from 'local-alb'
import { createCertificate } from '../../../packages/local-alb/src/listener/self-signed.js'
import type { Account } from '../../deploy/cut-over/account.js'

/** The load balancer in production, with the rules that the account has at the time. */
export class Site {
  readonly #folder: string
  readonly #port: number
  readonly #server: string
  #alb: Alb | undefined
  readonly #exchanges: Exchange[] = []

  /** @param server what stands for the instances */
  constructor(folder: string, port: number, server: string) {
    this.#folder = folder
    this.#port = port
    this.#server = server
  }

  async serve({ rules, types, targets }: Account): Promise<void> {
    await this.close()
    const file = join(this.#folder, '.site.json')
    const groups = Object.keys(types).filter((arn) => JSON.stringify(rules).includes(arn))
    const targetsByGroup = groups.map((arn) => {
      if (types[arn] === 'lambda') {
        return [arn, { file: 'dist/lambda/index.mjs', memoryMb: 1024, timeoutSeconds: 30 }] as const
      }
      // One server stands for all instances that run.
      return [arn, (targets[arn] ?? []).length > 0 ? this.#server : []] as const
    })
    const functions = groups.filter((arn) => types[arn] === 'lambda')
    writeFileSync(
      file,
      JSON.stringify({
        rules,
        targetGroups: groups.map((arn) => ({
          TargetGroupArn: arn,
          TargetGroupName: arn.split('/')[1],
          TargetType: types[arn],
          HealthCheckEnabled: false,
        })),
        targetGroupAttributes: Object.fromEntries(
          functions.map((arn) => [arn, { 'lambda.multi_value_headers.enabled': true }]),
        ),
        targets: Object.fromEntries(targetsByGroup),
      }),
    )
    const { definition, options } = await readConfiguration(file)
    const tls = await createCertificate(['shop.example'])
    this.#alb = createAlb(definition, { ...options, tls })
    this.#alb.on('exchange', (exchange) => {
      if (exchange.endedAt !== undefined) this.#exchanges.push(exchange)
    })
    this.#alb.listen(this.#port, '127.0.0.1')
    await once(this.#alb, 'listening')
  }

  /** Names of the target groups that answered, in the order of the requests. */
  answeredBy(): string[] {
    return this.#exchanges.map(({ targetGroup }) => targetGroup?.name ?? 'none')
  }

  async close(): Promise<void> {
    await this.#alb?.[Symbol.asyncDispose]()
    this.#alb = undefined
  }
}
