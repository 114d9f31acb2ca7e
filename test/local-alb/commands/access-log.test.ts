import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, describe, expect, it, vi } from 'vitest'
import { readEntry } from './access-log-entry.js'
import {
  BUILD_DEADLINE_MS,
  build,
  createFolder,
  DEADLINE_MS,
  startCommand,
} from './start-command.js'

beforeAll(build, BUILD_DEADLINE_MS)

const TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z$/
const SECONDS = /^\d+\.\d{3}$/
const LOCAL = /^127\.0\.0\.1:\d+$/

describe('local-alb --access-log', () => {
  it('writes an entry with every field that AWS documents, in their order', async () => {
    const cwd = createFolder({
      'lambda.mjs':
        'export const handler = async ({ path }) => path === "/bad" ? { body: "x" } : ({ statusCode: 201, headers: {}, body: "made" })\n',
    })
    const log = join(cwd, 'access.log')
    const flags = ['--port', '0', '--access-log', 'access.log']
    const command = startCommand(['lambda.mjs', ...flags], { cwd })
    const url = await command.url()
    const headers = { 'user-agent': 'test "1"' }
    await (await fetch(`${url}/a?b=c`, { method: 'POST', headers, body: '12345' })).text()
    await (await fetch(`${url}/bad`)).text()
    const entries = await vi.waitFor(() => {
      const lines = readFileSync(log, 'utf8').split('\n')
      expect(lines).toHaveLength(3)
      expect(lines.pop()).toBe('')
      return lines.map(readEntry)
    }, DEADLINE_MS)
    const { port } = new URL(url)
    expect(entries[0]).toEqual({
      type: 'http',
      time: expect.stringMatching(TIME) as unknown,
      elb: 'app/local-alb/0123456789abcdef',
      'client:port': expect.stringMatching(LOCAL) as unknown,
      'target:port': '-',
      request_processing_time: expect.stringMatching(SECONDS) as unknown,
      target_processing_time: expect.stringMatching(SECONDS) as unknown,
      response_processing_time: expect.stringMatching(SECONDS) as unknown,
      elb_status_code: '201',
      target_status_code: '201',
      received_bytes: expect.stringMatching(/^\d{2,3}$/) as unknown,
      sent_bytes: expect.stringMatching(/^\d{2,3}$/) as unknown,
      request: `"POST http://127.0.0.1:${port}/a?b=c HTTP/1.1"`,
      user_agent: '"test \\x221\\x22"',
      ssl_cipher: '-',
      ssl_protocol: '-',
      target_group_arn: expect.stringMatching(/^arn:aws:elasticloadbalancing:/) as unknown,
      trace_id: expect.stringMatching(/^"Root=1-[\da-f]{8}-[\da-f]{24}"$/) as unknown,
      domain_name: '"-"',
      chosen_cert_arn: '"-"',
      matched_rule_priority: '0',
      request_creation_time: expect.stringMatching(TIME) as unknown,
      actions_executed: '"forward"',
      redirect_url: '"-"',
      error_reason: '"-"',
      'target:port_list': '"-"',
      target_status_code_list: '"201"',
      classification: '"-"',
      classification_reason: '"-"',
      conn_trace_id: expect.stringMatching(/^TID_[\da-f]{32}$/) as unknown,
      transformed_host: '"-"',
      transformed_uri: '"-"',
      request_transform_status: '"-"',
    })
    expect(entries[1]).toMatchObject({
      elb_status_code: '502',
      target_status_code: '-',
      request: `"GET http://127.0.0.1:${port}/bad HTTP/1.1"`,
      error_reason: '"LambdaInvalidResponse"',
      target_status_code_list: '"-"',
    })
  })

  it('adds to a file that is there, and has the request that Ctrl-C cut off', async () => {
    const cwd = createFolder({
      'lambda.mjs': `import { writeFileSync } from 'node:fs'
export const handler = () => {
  writeFileSync('reached', '')
  return new Promise(() => { setInterval(() => {}, 1000) })
}\n`,
      'access.log': 'an older line\n',
    })
    const flags = ['--port', '0', '--access-log', 'access.log']
    const command = startCommand(['lambda.mjs', ...flags], { cwd })
    const cut = fetch(await command.url()).catch(() => 'cut')
    await vi.waitFor(() => {
      expect(existsSync(join(cwd, 'reached'))).toBe(true)
    }, DEADLINE_MS)
    expect(await command.interrupt()).toBe(0)
    expect(await cut).toBe('cut')
    const [older, line, rest, ...more] = readFileSync(join(cwd, 'access.log'), 'utf8').split('\n')
    expect([older, rest, more]).toEqual(['an older line', '', []])
    expect(readEntry(line ?? '')).toMatchObject({ elb_status_code: '460', target_status_code: '-' })
  })
})
