import { cpSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { onTestFinished } from 'vitest'
import type { BuildFunctionOptions } from '../../../packages/local-alb/src/build/build-options.js'
import { buildFunction } from '../../../packages/local-alb/src/build/build.js'
import { createFunction } from '../../../packages/local-alb/src/runtime-api/function.js'
import { createFolder } from '../../helpers/folder.js'

const root = fileURLToPath(new URL('../../../', import.meta.url))

export type Files = Readonly<Record<string, string | Buffer>>

/** A project with a package.json of its own. */
export function createProject(files: Files, manifest: object = {}): string {
  const own = { name: 'project', version: '1.0.0', type: 'module', ...manifest }
  return createFolder({ 'package.json': JSON.stringify(own), ...files })
}

/** A package as it is installed. */
export function installed(name: string, files: Files, manifest: object = {}): Files {
  const own = JSON.stringify({ name, version: '1.2.3', ...manifest })
  const folder = `node_modules/${name}`
  return Object.fromEntries([
    [`${folder}/package.json`, own],
    ...Object.entries(files).map(([path, text]) => [`${folder}/${path}`, text]),
  ]) as Files
}

/** Gives a project a package of the workspace. */
export function link(project: string, name: string): void {
  const from = join(project, 'node_modules', name)
  const resolved = createRequire(join(root, 'from-here.js')).resolve(`${name}/package.json`)
  mkdirSync(dirname(from), { recursive: true })
  symlinkSync(dirname(resolved), from, 'junction')
}

/** Gives a project the adapter's sources, so that nothing has to be built before. */
export function linkAdapter(project: string): void {
  const folder = join(project, 'node_modules/express-alb')
  mkdirSync(dirname(folder), { recursive: true })
  cpSync(join(root, 'packages/adapter/src'), folder, { recursive: true })
  const manifest = { name: 'express-alb', version: '0.0.0', type: 'module', exports: './index.ts' }
  writeFileSync(join(folder, 'package.json'), JSON.stringify(manifest))
}

/** Builds without the command, into a folder of the project. */
export async function build(
  project: string,
  options: Partial<BuildFunctionOptions> = {},
): ReturnType<typeof buildFunction> {
  return buildFunction({
    entry: join(project, 'src/lambda.ts'),
    out: join(project, 'out/lambda'),
    ...options,
  })
}

/** What a function answers, run from a folder. */
export async function answerOf(folder: string, path: string = '/'): Promise<unknown> {
  const fn = createFunction({ file: join(folder, 'index.mjs'), runtimeClient: 'own' })
  onTestFinished(() => fn.close())
  const event = { httpMethod: 'GET', path, headers: { host: 'x' }, queryStringParameters: {} }
  const elb = { elb: { targetGroupArn: 'arn:aws:elasticloadbalancing:x' } }
  const payload = JSON.stringify({
    requestContext: elb,
    ...event,
    body: '',
    isBase64Encoded: false,
  })
  const outcome = await fn.invoke({ payload })
  if (outcome.kind !== 'success') throw new Error(JSON.stringify(outcome))
  const { body, isBase64Encoded } = JSON.parse(outcome.payload) as {
    body: string
    isBase64Encoded?: boolean
  }
  return isBase64Encoded === true ? Buffer.from(body, 'base64').toString() : body
}

/** A handler that answers with what an expression gives. */
export function handlerOf(expression: string): string {
  return `export const handler = async () => ({ statusCode: 200, headers: {}, body: JSON.stringify(${expression}) })\n`
}
