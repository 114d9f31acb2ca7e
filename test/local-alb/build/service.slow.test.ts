import { once } from 'node:events'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, it } from 'vitest'
import { createAlb } from '../../../packages/local-alb/src/alb.js'
import { buildFunction } from '../../../packages/local-alb/src/build/build.js'
import { createFunction } from '../../../packages/local-alb/src/runtime-api/function.js'
import { createFolder } from '../../helpers/folder.js'

const ENTRY = fileURLToPath(
  new URL('../../../packages/examples/service/src/lambda.ts', import.meta.url),
)
const DEADLINE_MS = 180_000

it(
  'the example service works as it is deployed: views, migrations, static files, PGlite and PDF fonts',
  async () => {
    const built = await buildFunction({
      entry: ENTRY,
      out: join(createFolder(), 'lambda'),
      // It is started below.
      verify: false,
    })
    const fn = createFunction({
      file: join(built.folder, 'index.mjs'),
      timeoutSeconds: 120,
      // PGlite: some 740 MB on Node.js 20 and 1160 MB on 24, bundled or not.
      memoryMb: 2048,
    })
    await using alb = createAlb(fn, { multiValueHeaders: true })
    await once(alb.listen(0, '127.0.0.1'), 'listening')
    const send = (path: string, cookie: string, body?: Record<string, string>): Promise<Response> =>
      fetch(alb.url + path, {
        redirect: 'manual',
        headers: { cookie, origin: alb.url },
        ...(body !== undefined && { method: 'POST', body: new URLSearchParams(body) }),
      })

    expect((await send('/health', '')).status).toBe(200)
    expect(await (await send('/login', '')).text()).toMatch(/<title>Log in/)
    expect((await send('/static/style.css', '')).headers.get('content-type')).toMatch(/text\/css/)
    const account = { name: 'A', email: 'a@example.com', password: 'long enough 123' }
    const signup = await send('/signup', '', account)
    const cookie = signup.headers
      .getSetCookie()
      .map((field) => field.split(';')[0])
      .join('; ')
    const note = await send('/notes', cookie, { title: 'T', text: 'B', body: 'B' })
    const place = new URL(note.headers.get('location') ?? '', alb.url).pathname
    const pdf = Buffer.from(await (await send(`${place}/pdf`, cookie)).arrayBuffer())
    expect(pdf.subarray(0, 5).toString()).toBe('%PDF-')
  },
  DEADLINE_MS,
)
