import { once } from 'node:events'
import { readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { expect } from 'vitest'
import { type FakeAws, startAws } from '../../deploy/cut-over/fake-aws.js'
import { type Block, findMissing, toWords } from '../guide.js'
import { WalkAccount } from './account.js'
import { createAwsCommand } from './aws-command.js'
import { cdk, terraform } from './infrastructure-commands.js'
import { createProject, type Project, publishedPackages } from './project.js'
import { Shell } from './shell.js'
import { Site } from './site.js'
import { installStandIns, type StandIns } from './stand-ins.js'

export interface Action {
  readonly name: string
  readonly run: (walker: Walker) => void | Promise<void>
}

/** What a reader does with a block, one thing after the other. */
export function toActions({ kind, text, line }: Block): Action[] {
  const action = (name: string, run: Action['run']): Action => ({
    name: `line ${line}: ${name}`,
    run,
  })
  switch (kind.is) {
    case 'commands':
      return kind.commands.map((command, index) =>
        action(command, async (walker) => {
          if (kind.where === 'terminal') {
            await walker.start(command)
          } else {
            if (index === 0) walker.forgetOutput()
            await walker.type(command)
          }
        }),
      )
    case 'output':
      return [
        action('this comes', (walker) => {
          walker.expectOutput(text)
        }),
      ]
    case 'file':
      return [
        action(`write ${kind.name}`, (walker) => {
          walker.write(kind.name, `${text}\n`)
        }),
      ]
    case 'insertion':
      return [
        action(`change ${kind.name}`, (walker) => {
          walker.insert(kind.name, kind.below, text)
        }),
      ]
    case 'example':
    default:
      return []
  }
}

interface Ports {
  readonly server: number
  readonly alb: number
}

/** A reader with a service, an AWS account and a shell. */
export class Walker {
  readonly project: Project
  readonly account: WalkAccount
  readonly aws: FakeAws
  readonly site: Site
  readonly shell: Shell
  readonly #standIns: StandIns
  readonly #ports: Ports
  #output = ''

  private constructor(
    parts: Pick<Walker, 'project' | 'account' | 'aws' | 'site' | 'shell'>,
    standIns: StandIns,
    ports: Ports,
  ) {
    this.project = parts.project
    this.account = parts.account
    this.aws = parts.aws
    this.site = parts.site
    this.shell = parts.shell
    this.#standIns = standIns
    this.#ports = ports
  }

  static async create(): Promise<Walker> {
    const [server, alb, sitePort] = [await freePort(), await freePort(), await freePort()]
    const project = createProject()
    const { base, folder, bin } = project
    const account = new WalkAccount()
    const aws = await startAws(account.account)
    const standIns = await installStandIns({
      aws: { folder: bin, run: createAwsCommand(account) },
      terraform: { folder: bin, run: terraform },
      cdk: { folder: join(folder, 'node_modules/.bin'), run: cdk },
    })
    // The name of the site leads to this machine, whose certificate nobody knows.
    const curl = `insecure\nconnect-to = "shop.example:443:127.0.0.1:${sitePort}"\n`
    writeFileSync(join(base, '.curlrc'), curl)
    const shell = new Shell(folder, base, {
      ...process.env,
      NODE_ENV: undefined,
      VITEST: undefined,
      NO_COLOR: '1',
      PATH: `${bin}:${process.env['PATH'] ?? ''}`,
      CURL_HOME: base,
      PORT: String(server),
      WALK_STAND_INS: standIns.url,
      AWS_ENDPOINT_URL: aws.url,
      AWS_ACCESS_KEY_ID: 'test',
      AWS_SECRET_ACCESS_KEY: 'test',
      AWS_EC2_METADATA_DISABLED: 'true',
      AWS_CONFIG_FILE: join(base, 'none'),
      AWS_SHARED_CREDENTIALS_FILE: join(base, 'none'),
    })
    const site = new Site(folder, sitePort, `http://127.0.0.1:${server}`)
    return new Walker({ project, account, aws, site, shell }, standIns, { server, alb })
  }

  async end(): Promise<void> {
    await this.shell.interrupt()
    await this.site.close()
    await this.#standIns.close()
    await this.aws.close()
    rmSync(this.project.base, { recursive: true, force: true })
  }

  forgetOutput(): void {
    this.#output = ''
  }

  expectOutput(shown: string): void {
    expect(findMissing(shown, this.#output), this.#output).toBeUndefined()
  }

  async start(command: string): Promise<void> {
    await this.shell.interrupt()
    const isAlb = command.startsWith('npx local-alb ')
    const here = isAlb ? `${command} --port ${this.#ports.alb} --inspector-port 0` : command
    await this.shell.start(here, isAlb ? /Load balancer +http/ : /Listening on/)
  }

  async type(command: string): Promise<void> {
    const [program, verb, ...words] = toWords(command)
    if (program === 'npm' && verb === 'install') {
      // From a registry; here they are linked.
      const names = words.filter((word) => !word.startsWith('-'))
      expect(publishedPackages()).toEqual(expect.arrayContaining(names))
      return
    }
    if (command.includes('$SITE')) await this.site.serve(this.account.account)
    const { code, output } = await this.shell.run(this.#onThisMachine(command))
    expect(code, output).toBe(0)
    // The next prompt begins a line.
    this.#output += output.endsWith('\n') ? output : `${output}\n`
  }

  write(name: string, text: string): void {
    writeFileSync(join(this.project.folder, name), text)
  }

  /** Writes below a line, as far to the right as it is. */
  insert(name: string, below: string, text: string): void {
    const lines = this.read(name).split('\n')
    const index = lines.findIndex((line) => line.trim() === below)
    expect(index, `"${below}" in ${name}`).not.toBe(-1)
    const indent = /^ */.exec(lines[index] ?? '')?.[0] ?? ''
    lines.splice(index + 1, 0, ...text.split('\n').map((line) => indent + line))
    this.write(name, lines.join('\n'))
  }

  read(name: string): string {
    return readFileSync(join(this.project.folder, name), 'utf8')
  }

  /** The same command with other ports, and with seconds in place of minutes. */
  #onThisMachine(command: string): string {
    return command
      .replaceAll('127.0.0.1:8080', `127.0.0.1:${this.#ports.alb}`)
      .replaceAll('127.0.0.1:3000', `127.0.0.1:${this.#ports.server}`)
      .replace('--watch 10m', '--watch 1s --interval 500ms --metric-delay 0s')
  }
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  server.close()
  await once(server, 'close')
  return port
}
