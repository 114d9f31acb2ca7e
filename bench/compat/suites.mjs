// The suites that can be run, as data: how a folder is recognised, and which of its files are tests for which runner.

/**
 * @typedef {'mocha' | 'node:test' | 'vitest' | 'script'} Runner
 *
 * @typedef {object} TestFiles
 * @property {string} in a folder of the suite
 * @property {RegExp} named
 * @property {boolean} [below] also in the folders below it
 *
 * @typedef {object} Suite
 * @property {string} name
 * @property {string} source the GitHub repository, for messages
 * @property {{ package?: string, major?: number, has?: string }} is what its package.json says, and a path that must be there
 * @property {Runner} runner
 * @property {readonly string[]} [options] of the runner (of Node, for node:test), as the suite's own script has them
 * @property {readonly TestFiles[]} files
 * @property {{ makes: string, command: readonly string[] }} [prepare] what its own script runs first, when the file is not there
 */

const SCRIPTS = /\.[cm]?js$/
const MOCHA = /** @type {const} */ ({ runner: 'mocha', files: [{ in: 'test', named: SCRIPTS }] })
const LEAKS = ['--check-leaks']
const WITH_ENV = ['--require', 'test/support/env', ...LEAKS]

const EXPRESS = {
  ...MOCHA,
  source: 'expressjs/express',
  options: WITH_ENV,
  files: [
    { in: 'test', named: SCRIPTS },
    { in: 'test/acceptance', named: SCRIPTS },
  ],
}

/** @type {readonly Suite[]} */
export const SUITES = [
  { ...EXPRESS, name: 'express', is: { package: 'express', major: 5 } },
  { ...EXPRESS, name: 'express4', is: { package: 'express', major: 4 } },
  middleware('body-parser', 'expressjs/body-parser', LEAKS),
  middleware('compression', 'expressjs/compression', LEAKS),
  {
    ...middleware('express-session', 'expressjs/session', WITH_ENV),
    prepare: { makes: 'test/fixtures/server.crt', command: ['sh', 'test/support/gencert.sh'] },
  },
  middleware('cookie-session', 'expressjs/cookie-session', LEAKS),
  middleware('multer', 'expressjs/multer', LEAKS),
  middleware('send', 'pillarjs/send', LEAKS),
  middleware('serve-static', 'expressjs/serve-static', LEAKS),
  middleware('finalhandler', 'pillarjs/finalhandler', LEAKS),
  middleware('on-finished', 'jshttp/on-finished', LEAKS),
  middleware('morgan', 'expressjs/morgan', LEAKS),
  middleware('router', 'pillarjs/router', LEAKS),
  middleware('connect', 'senchalabs/connect', WITH_ENV),
  middleware('cors', 'expressjs/cors', ['--require', 'test/support/env']),
  middleware('connect-timeout', 'expressjs/timeout', LEAKS),
  middleware('cookie-parser', 'expressjs/cookie-parser', LEAKS),
  middleware('errorhandler', 'expressjs/errorhandler', LEAKS),
  middleware('method-override', 'expressjs/method-override', LEAKS),
  middleware('response-time', 'expressjs/response-time', []),
  middleware('serve-favicon', 'expressjs/serve-favicon', LEAKS),
  middleware('serve-index', 'expressjs/serve-index', LEAKS),
  middleware('vhost', 'expressjs/vhost', LEAKS),
  middleware('supertest', 'ladjs/supertest', ['--exit', '--require', 'should', ...LEAKS]),
  {
    ...middleware('superagent', 'ladjs/superagent', ['--exit', '--require', 'should']),
    prepare: { makes: 'lib/node/index.js', command: ['npm', 'run', 'build:lib'] },
    files: [
      { in: 'test', named: SCRIPTS },
      { in: 'test/node', named: SCRIPTS },
    ],
  },
  {
    name: 'formidable',
    source: 'node-formidable/formidable',
    is: { package: 'formidable' },
    runner: 'node:test',
    // The others run on jest.
    files: [{ in: 'test-node', named: SCRIPTS, below: true }],
  },
  {
    name: 'koa',
    source: 'koajs/koa',
    is: { package: 'koa' },
    runner: 'node:test',
    files: [{ in: '__tests__', named: /\.test\.js$/, below: true }],
  },
  {
    name: 'helmet',
    source: 'helmetjs/helmet',
    // Its package.json has no name.
    is: { has: 'middlewares/x-powered-by' },
    runner: 'node:test',
    options: ['--import', 'tsx'],
    // The one left out installs packages and starts no server of its own process.
    files: [{ in: 'test', named: /^(?!project-setups).*\.test\.ts$/ }],
  },
  {
    name: 'fastify',
    source: 'fastify/fastify',
    is: { package: 'fastify' },
    runner: 'node:test',
    files: [{ in: 'test', named: /\.test\.m?js$/, below: true }],
  },
  {
    name: 'node',
    source: 'nodejs/node',
    is: { has: 'test/parallel/test-http-server.js' },
    runner: 'script',
    files: [{ in: 'test/parallel', named: /^test-http-.*\.m?js$/ }],
  },
  {
    name: 'nest',
    source: 'nestjs/nest',
    is: { package: '@nestjs/core', has: 'vitest.config.integration.mts' },
    runner: 'vitest',
    options: ['--config', 'vitest.config.integration.mts'],
    files: [
      'cors',
      'hello-world',
      'lazy-modules',
      'nest-application',
      'query-method',
      'route-conflict',
      'scopes',
      'send-files',
      'versioning',
    ].map((folder) => ({
      in: `integration/${folder}`,
      // Those are about its other platforms.
      named: /^(?!.*(?:fastify|node-|-node)).*\.spec\.ts$/,
      below: true,
    })),
  },
]

/** @param {string} name @param {string} source @param {readonly string[]} options */
function middleware(name, source, options) {
  return { ...MOCHA, name, source, is: { package: name }, options }
}
