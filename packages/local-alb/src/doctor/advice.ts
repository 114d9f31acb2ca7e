import type { FindingKind, Severity } from './finding.js'

/** What is said of every finding of a kind. */
export interface Advice {
  readonly title: string
  readonly severity: Severity
  readonly why: string
  readonly remedy: string
}

const EACH_ENVIRONMENT =
  'Lambda runs as many copies of the app as there are requests at the same time, and ends them when it likes: each has a memory of its own.'

/** The kinds in the order in which they are told. */
export const ADVICE: Readonly<Record<FindingKind, Advice>> = {
  upgrade: {
    title: 'WebSocket or other upgrade',
    severity: 'breaks',
    why: 'With a function behind it, the load balancer answers an upgrade with 400 (LambdaWebsocketNotSupported); the app never sees it.',
    remedy:
      'Keep its path on the present target group with a listener rule, or move it to a service that holds connections, such as an API Gateway WebSocket API.',
  },
  'event-stream': {
    title: 'Server-sent events',
    severity: 'breaks',
    why: "The load balancer takes a function's response whole, when it is complete. A stream of events never is: the client gets nothing until the function's timeout, and then a 502.",
    remedy:
      'Let clients ask again at intervals, or keep its path on the present target group with a listener rule.',
  },
  'open-response': {
    title: 'Response that does not end (long polling)',
    severity: 'breaks',
    why: "A function is paid for while it waits, and answers one request at a time. Past its timeout, or the load balancer's idle timeout (60 s by default), the client gets a 502 or 504.",
    remedy:
      'Answer at once with what is known and let clients ask again, or keep its path on the present target group with a listener rule.',
  },
  'large-response': {
    title: 'Response over 1 MB',
    severity: 'breaks',
    why: "The load balancer takes at most 1 MB of a function's result, as JSON: about 768 KiB of bytes that are not text, since they go as base64. More is a 502 (LambdaResponseTooLarge).",
    remedy:
      'Put large files into S3 and redirect to a presigned URL or to CloudFront; give long lists page by page; compress text.',
  },
  'large-request': {
    title: 'Request bodies over 1 MB',
    severity: 'check',
    why: 'The load balancer answers a request body over 1 MB with 413 before the function is called.',
    remedy:
      'Let clients upload to S3 with a presigned URL. Where bodies are small anyway, set the limit to 1 MB or less, so that both ways refuse alike.',
  },
  'work-after-response': {
    title: 'Work after the response',
    severity: 'breaks',
    why: 'Lambda freezes the process when the response is there. What still runs goes on with the next request, minutes later or never; its connections may be gone by then.',
    remedy:
      'Wait for the work before the response ends, or hand it to a queue (SQS, EventBridge) or another function.',
  },
  timer: {
    title: 'Timer beside the requests',
    severity: 'check',
    why: 'Between requests the process is frozen and timers stand still; then a late one fires in the middle of some request. Every copy of the app has its own.',
    remedy:
      'Let EventBridge Scheduler start a function for regular work. To refresh or to clean up, look at the age with each request.',
  },
  'memory-session': {
    title: 'Sessions in memory',
    severity: 'breaks',
    why: `${EACH_ENVIRONMENT} Users are logged in with one request and unknown with the next.`,
    remedy:
      'Keep sessions in a store outside of the process (DynamoDB, Redis, the database), or in a signed cookie (cookie-session).',
  },
  'memory-rate-limit': {
    title: 'Rate limit in memory',
    severity: 'check',
    why: `${EACH_ENVIRONMENT} A limit of 100 is 100 for each of them.`,
    remedy:
      'Count in a store outside of the process (Redis, the database), or let AWS WAF limit by address before the load balancer.',
  },
  'memory-cache': {
    title: 'Cache in memory',
    severity: 'check',
    why: `${EACH_ENVIRONMENT} What one removes or renews, the others go on serving; after a quiet time it is empty.`,
    remedy:
      'Fine for what never changes or may be old. Otherwise keep it outside of the process (ElastiCache, DynamoDB), or let CloudFront cache the responses.',
  },
  'memory-state': {
    title: 'State in memory, changed by requests',
    severity: 'check',
    why: `${EACH_ENVIRONMENT} What one request leaves there, the next one may not find.`,
    remedy: 'Keep it in a database. As a cache of what can be had again at any time it may stay.',
  },
  write: {
    title: 'Write outside of /tmp',
    severity: 'breaks',
    why: 'The file system of a function is read-only but for /tmp (EROFS), which each copy of the app has for itself and loses.',
    remedy:
      'Write what is temporary to os.tmpdir(), what is to stay to S3, EFS or a database, and logs to standard output.',
  },
  listen: {
    title: 'Listens while it is loaded',
    severity: 'check',
    why: 'The function is called, nobody connects to its ports. A port below 1024 may not be opened there, and ends the app as it starts.',
    remedy:
      'Export the app in one file (app.ts), and call listen in another (server.ts) that the function does not load.',
  },
  cluster: {
    title: 'Cluster of processes',
    severity: 'breaks',
    why: 'Lambda runs one request at a time in each copy of the app and makes the copies itself; the requests do not come over a port that workers could share.',
    remedy: 'Leave cluster to the file that starts the server, and load the app without it.',
  },
  'child-process': {
    title: 'Starts other programs',
    severity: 'check',
    why: "Lambda's Node.js runtime has few programs beside Node: no git, no ffmpeg, no browser, not always a shell with what a script expects. What still runs after the response is frozen.",
    remedy:
      'Bring the program with the function, in a layer or a container image, for Amazon Linux 2023 and its architecture; wait for its end before the response.',
  },
  'trust-proxy': {
    title: "'trust proxy' is not set",
    severity: 'check',
    why: "The peer of a connection is the load balancer. Without 'trust proxy', req.ip is its address for every client, and req.protocol is http.",
    remedy:
      "app.set('trust proxy', 'uniquelocal'), or 1 where the load balancer is the only proxy: the same is right on EC2 behind it.",
  },
  'several-cookies': {
    title: 'Several cookies in one response',
    severity: 'note',
    why: 'In single-value mode, which is what a new target group has, a result can hold each header name once. express-alb helps itself with the case of the name; in multi-value mode there is nothing to help.',
    remedy:
      'Set lambda.multi_value_headers.enabled to true on the target group. The templates of express-alb-deploy do.',
  },
  'repeated-query': {
    title: 'Query parameter that may come several times',
    severity: 'note',
    why: 'In single-value mode, which is what a new target group has, only the last value of ?a=1&a=2 reaches the function.',
    remedy:
      'Set lambda.multi_value_headers.enabled to true on the target group. The templates of express-alb-deploy do.',
  },
  'native-module': {
    title: 'Native module for another platform',
    severity: 'breaks',
    why: 'A function runs on Amazon Linux 2023 with glibc; a binary that was built for another system or processor does not load there.',
    remedy:
      'Install the packages for it: npm install --os=linux --cpu=<x64 or arm64> --libc=glibc. `local-alb build` copies what fits, or says what is missing.',
  },
  signal: {
    title: 'Waits for a signal to end',
    severity: 'note',
    why: 'Lambda sends no signal before it freezes or ends a function without extensions.',
    remedy:
      'Keep nothing for the end: finish all of a request before its response. In server.ts the listener is right where it is.',
  },
  'bundle-size': {
    title: 'Size',
    severity: 'check',
    why: 'All code is loaded at a cold start, while the first client waits; Lambda takes at most 250 MB unzipped, and 50 MB zipped without S3.',
    remedy:
      'Load what few requests need when they need it (import()), leave out what none needs; `local-alb build` shows what is how large.',
  },
}
