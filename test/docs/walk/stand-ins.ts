import { once } from 'node:events'
import { chmodSync, cpSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

export interface Invocation {
  readonly program: string
  readonly args: readonly string[]
  readonly folder: string
}

/** What a program prints, or throws an error that says what is wrong with the command line. */
export type Program = (invocation: Invocation) => string | Promise<string>

export interface StandIns {
  readonly url: string
  close: () => Promise<void>
}

/** Puts programs into folders of the path, each run in this process. */
export async function installStandIns(
  programs: Readonly<Record<string, { readonly folder: string; readonly run: Program }>>,
): Promise<StandIns> {
  for (const [name, { folder }] of Object.entries(programs)) {
    const file = join(folder, name)
    cpSync(fileURLToPath(new URL('stand-in.mjs', import.meta.url)), file)
    chmodSync(file, 0o755)
  }
  const server = createServer((req, res) => {
    void (async () => {
      let body = ''
      for await (const chunk of req) body += String(chunk)
      const invocation = JSON.parse(body) as Invocation
      try {
        const program = programs[invocation.program]
        if (program === undefined) throw new Error(`Nothing stands in for ${invocation.program}`)
        const output = await program.run(invocation)
        res.end(JSON.stringify({ code: 0, output, errors: '' }))
      } catch (error) {
        const message = error instanceof Error ? error.message : String(error)
        const errors = `${invocation.program}: ${message}\n`
        res.end(JSON.stringify({ code: 1, output: '', errors }))
      }
    })()
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  return {
    url: `http://127.0.0.1:${port}`,
    close: async () => {
      server.close()
      server.closeAllConnections()
      await once(server, 'close')
    },
  }
}
