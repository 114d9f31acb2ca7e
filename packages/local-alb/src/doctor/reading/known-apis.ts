import type { FindingKind, Severity } from '../finding.js'

/** A call that says by itself that something will not move. */
export interface KnownApi {
  readonly kind: FindingKind
  readonly modules: readonly string[]
  /** Of the module; matched against members with dots between, empty for the module itself. */
  readonly path: RegExp
  readonly what: string
  /** Only when the first argument is written out and lacks this member. */
  readonly without?: string
  /** Only without arguments. */
  readonly bare?: boolean
  readonly severity?: Severity
}

const ITSELF = /^$/

export const KNOWN_APIS: readonly KnownApi[] = [
  {
    kind: 'upgrade',
    modules: ['ws'],
    path: /^(?:WebSocket\.)?(?:WebSocketServer|Server)$/,
    what: 'ws serves WebSockets',
  },
  {
    kind: 'upgrade',
    modules: ['socket.io'],
    path: /^(?:Server)?$/,
    what: 'socket.io serves WebSockets',
  },
  { kind: 'upgrade', modules: ['express-ws'], path: ITSELF, what: 'express-ws serves WebSockets' },
  {
    kind: 'upgrade',
    modules: ['sockjs'],
    path: /^createServer$/,
    what: 'sockjs serves WebSockets',
  },
  {
    kind: 'upgrade',
    modules: ['faye-websocket', 'primus'],
    path: ITSELF,
    what: 'It serves WebSockets',
  },
  {
    kind: 'upgrade',
    modules: ['websocket'],
    path: /^server$/,
    what: 'websocket serves WebSockets',
  },
  {
    kind: 'upgrade',
    modules: ['engine.io'],
    path: /^(?:Server|attach|listen)$/,
    what: 'engine.io serves WebSockets',
  },
  {
    kind: 'upgrade',
    modules: ['graphql-ws/use/ws', 'graphql-ws/lib/use/ws'],
    path: /^useServer$/,
    what: 'graphql-ws serves WebSockets',
  },
  {
    kind: 'event-stream',
    modules: ['better-sse'],
    path: /^create(?:Session|Response)$/,
    what: 'better-sse sends events',
  },
  {
    kind: 'event-stream',
    modules: ['express-sse'],
    path: ITSELF,
    what: 'express-sse sends events',
  },
  {
    kind: 'memory-session',
    modules: ['express-session'],
    path: ITSELF,
    without: 'store',
    what: 'express-session keeps sessions in its MemoryStore',
  },
  {
    kind: 'memory-session',
    modules: ['express-session'],
    path: /^MemoryStore$/,
    what: 'express-session keeps sessions in its MemoryStore',
  },
  {
    kind: 'memory-session',
    modules: ['memorystore'],
    path: ITSELF,
    what: 'memorystore keeps sessions',
  },
  {
    kind: 'memory-rate-limit',
    modules: ['express-rate-limit'],
    path: /^(?:rateLimit)?$/,
    without: 'store',
    what: 'express-rate-limit counts in memory',
  },
  {
    kind: 'memory-rate-limit',
    modules: ['express-slow-down'],
    path: /^(?:slowDown)?$/,
    without: 'store',
    what: 'express-slow-down counts in memory',
  },
  {
    kind: 'memory-rate-limit',
    modules: ['rate-limiter-flexible'],
    path: /^RateLimiterMemory$/,
    what: 'rate-limiter-flexible counts in memory',
  },
  { kind: 'memory-cache', modules: ['node-cache'], path: ITSELF, what: 'node-cache keeps values' },
  {
    kind: 'memory-cache',
    modules: ['lru-cache'],
    path: /^(?:LRUCache)?$/,
    what: 'lru-cache keeps values',
  },
  {
    kind: 'memory-cache',
    modules: ['quick-lru', 'tiny-lru', '@isaacs/ttlcache'],
    path: /^(?:QuickLRU|lru|LRU|TTLCache)?$/,
    what: 'A cache keeps values',
  },
  {
    kind: 'memory-cache',
    modules: ['memory-cache'],
    path: /^(?:put|Cache)$/,
    what: 'memory-cache keeps values',
  },
  {
    kind: 'memory-cache',
    modules: ['apicache'],
    path: /^(?:middleware)?$/,
    what: 'apicache keeps responses',
  },
  {
    kind: 'memory-cache',
    modules: ['keyv', 'cache-manager'],
    path: /^(?:Keyv|createCache)?$/,
    bare: true,
    what: 'A cache keeps values',
  },
  { kind: 'cluster', modules: ['cluster'], path: /^fork$/, what: 'cluster.fork starts a worker' },
  {
    kind: 'child-process',
    modules: ['child_process'],
    path: /^(?:exec|execFile|fork|spawn)(?:Sync)?$/,
    what: 'child_process starts another program',
  },
  {
    kind: 'child-process',
    modules: ['execa'],
    path: /^(?:execa|execaSync|execaCommand|execaNode|\$)?$/,
    what: 'execa starts another program',
  },
  {
    kind: 'child-process',
    modules: ['cross-spawn'],
    path: /^(?:spawn|sync)?$/,
    what: 'cross-spawn starts another program',
  },
  {
    kind: 'child-process',
    modules: ['shelljs'],
    path: /^exec$/,
    what: 'shelljs starts another program',
  },
  {
    kind: 'child-process',
    modules: ['fluent-ffmpeg'],
    path: ITSELF,
    what: 'fluent-ffmpeg starts ffmpeg',
  },
  {
    kind: 'child-process',
    modules: ['puppeteer', 'puppeteer-core', 'playwright', 'playwright-core'],
    path: /^(?:(?:chromium|firefox|webkit)\.)?launch$/,
    what: 'It starts a browser',
  },
  {
    kind: 'timer',
    modules: ['node-cron'],
    path: /^schedule$/,
    what: 'node-cron does work at set times',
  },
  {
    kind: 'timer',
    modules: ['cron'],
    path: /^CronJob(?:\.from)?$/,
    what: 'cron does work at set times',
  },
  { kind: 'timer', modules: ['croner'], path: /^Cron$/, what: 'croner does work at set times' },
  {
    kind: 'timer',
    modules: ['node-schedule'],
    path: /^scheduleJob$/,
    what: 'node-schedule does work at set times',
  },
  {
    kind: 'timer',
    modules: ['agenda', 'bree', 'toad-scheduler'],
    path: /^(?:Agenda|ToadScheduler)?$/,
    what: 'It does work at set times',
  },
  {
    kind: 'timer',
    modules: ['bullmq'],
    path: /^Worker$/,
    what: 'A worker of bullmq waits for jobs',
  },
  {
    kind: 'write',
    modules: ['session-file-store'],
    path: ITSELF,
    what: 'session-file-store writes sessions to files',
  },
]
