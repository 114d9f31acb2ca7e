// Small projects that use the installed package, each in its own way (their sources: test/package/consumers).
import { cpSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { captureNode, captureNpm } from './capture.mjs'
import { root } from './run.mjs'

const sources = join(root, 'test/package/consumers')
const types = join(root, 'node_modules/@types')

/** The kinds of TypeScript project: `type` of its package.json, and how its tsconfig resolves. */
const typeScriptProjects = [
  { name: 'esm-nodenext', type: 'module', module: 'NodeNext', moduleResolution: 'NodeNext' },
  { name: 'cjs-nodenext', type: 'commonjs', module: 'NodeNext', moduleResolution: 'NodeNext' },
  { name: 'cjs-commonjs', type: 'commonjs', module: 'CommonJS', moduleResolution: 'Bundler' },
]

/** @type {readonly { name: string, args: readonly string[] }[]} */
const programs = [
  { name: 'CommonJS', args: ['commonjs.cjs'] },
  // Lambda starts Node 20 and 22 with this flag: require() of an ES module fails there.
  {
    name: 'CommonJS, without require() of ES modules',
    args: ['--no-experimental-require-module', 'commonjs.cjs'],
  },
  { name: 'an ES module', args: ['module.mjs'] },
  ...typeScriptProjects.map(({ name, type, module }) => ({
    name: `TypeScript (${type}, ${module})`,
    args: [`${name}/out/typescript.js`],
  })),
]

/**
 * @param {string} folder
 * @param {(typeof typeScriptProjects)[number]} project
 */
async function compile(folder, { name, type, module, moduleResolution }) {
  const project = join(folder, name)
  const tsconfig = {
    compilerOptions: {
      target: 'ES2022',
      module,
      moduleResolution,
      strict: true,
      exactOptionalPropertyTypes: true,
      skipLibCheck: false,
      types: ['node'],
      typeRoots: [types],
      paths: { 'aws-lambda': [join(types, 'aws-lambda/index.d.ts')] },
      rootDir: '.',
      outDir: 'out',
    },
    files: ['typescript.ts'],
  }
  mkdirSync(project)
  cpSync(join(sources, 'typescript.ts'), join(project, 'typescript.ts'))
  writeFileSync(join(project, 'package.json'), JSON.stringify({ private: true, type }))
  writeFileSync(join(project, 'tsconfig.json'), JSON.stringify(tsconfig))
  await captureNode([join(root, 'node_modules/typescript/bin/tsc'), '-p', project])
}

/**
 * @param {string} folder
 * @param {readonly string[]} args
 * @param {string | undefined} version
 */
async function invoke(folder, args, version) {
  const output =
    version === undefined
      ? await captureNode(args, folder)
      : await captureNpm('npx', ['-y', '-p', `node@${version}`, 'node', ...args], folder)
  if (output.trim() !== 'invoked') throw new Error(`it printed: ${output}`)
}

/**
 * @param {string} folder the one the package is installed into
 * @param {readonly string[]} nodeVersions to run them on through npx, beside our own
 * @returns {import('./checks.mjs').Check[]}
 */
export function consumerChecks(folder, nodeVersions) {
  cpSync(sources, folder, { recursive: true, filter: (file) => !file.endsWith('.ts') })
  const compiled = typeScriptProjects.map((project) => ({
    name: `a TypeScript project compiles against it (${project.type}, ${project.module})`,
    run: () => compile(folder, project),
  }))
  const invoked = [undefined, ...nodeVersions].flatMap((version) =>
    programs
      // Node 20 before 20.17 neither knows the flag nor needs it.
      .filter(({ args }) => version !== undefined || args.every(isKnownHere))
      .map(({ name, args }) => ({
        name: `invoked from ${name} on Node ${version ?? process.versions.node}`,
        run: () => invoke(folder, args, version),
      })),
  )
  return [...compiled, ...invoked]
}

/** @param {string} argument */
function isKnownHere(argument) {
  const flag = argument.replace('--no-', '--')
  return !flag.startsWith('--') || process.allowedNodeEnvironmentFlags.has(flag)
}
