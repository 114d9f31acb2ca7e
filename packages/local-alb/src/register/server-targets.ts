import { EventEmitter } from 'node:events'
import { IncomingMessage, type Server, ServerResponse } from 'node:http'
import { DEFAULT_GROUP_ARN } from '../targets/alb-target.js'
import { createInProcessFunction, type Handler } from '../targets/in-process.js'
import type { LambdaFunction } from '../targets/lambda-function.js'
import { createLambdaTarget } from '../targets/lambda-target.js'
import type { Target } from '../targets/target.js'
import { type CreateHandler, loadAdapter, resolveAdapter } from './adapter.js'
import type { RegisterSettings } from './settings.js'
import { SetupError } from './setup-error.js'

// Past the emit of http.Server, which is where requests are caught.
const { emit } = EventEmitter.prototype as {
  readonly emit: (this: EventEmitter, event: string, ...args: unknown[]) => boolean
}

/** Looks on while a server's listeners answer a request. */
export type Watch = (
  server: Server,
  req: IncomingMessage,
  res: ServerResponse,
  answer: () => void,
) => void

/** The function behind each server: the adapter's handler around what the server's `request` listeners do. */
export class ServerTargets {
  readonly #settings: RegisterSettings
  readonly #folder: string
  readonly #watch: Watch | undefined
  readonly #targets = new WeakMap<Server, Target>()
  #adapter: Promise<CreateHandler> | undefined

  /** @param folder from where the adapter is looked for */
  constructor(settings: RegisterSettings, folder: string, watch?: Watch) {
    this.#watch = watch
    this.#settings = settings
    this.#folder = folder
  }

  /** Loads the adapter ahead of the first request. */
  prepare(): void {
    // A failure is told with the first request that meets it.
    this.#load().catch(() => undefined)
  }

  /**
   * @throws {Error} when the adapter cannot be loaded, or makes no handler
   */
  async of(server: Server): Promise<Target> {
    const createHandler = await this.#load()
    const known = this.#targets.get(server)
    if (known !== undefined) return known
    const target = this.#create(server, createHandler)
    this.#targets.set(server, target)
    return target
  }

  #load(): Promise<CreateHandler> {
    this.#adapter ??= (async () =>
      loadAdapter(resolveAdapter(this.#settings.adapter, this.#folder)))()
    return this.#adapter
  }

  #create(server: Server, createHandler: CreateHandler): Target {
    const { alb, adapterOptions, timeoutSeconds } = this.#settings
    // Through the event, not to the listeners of today: some are added later, or swapped.
    const answer = (req: unknown, res: unknown): void => {
      emit.call(server, 'request', req, res)
    }
    const listener = this.#watch === undefined ? answer : watched(server, answer, this.#watch)
    const handler =
      adapterOptions === undefined
        ? createHandler(listener)
        : createHandler(listener, adapterOptions)
    const fn = toFunction(handler, timeoutSeconds)
    const group = { arn: DEFAULT_GROUP_ARN, multiValueHeaders: alb.multiValueHeaders }
    return createLambdaTarget(fn, group, alb)
  }
}

function watched(
  server: Server,
  answer: (req: unknown, res: unknown) => void,
  watch: Watch,
): (req: unknown, res: unknown) => void {
  return (req, res) => {
    if (req instanceof IncomingMessage && isResponse(res)) {
      watch(server, req, res, () => {
        answer(req, res)
      })
    } else answer(req, res)
  }
}

function isResponse(value: unknown): value is ServerResponse {
  return value instanceof ServerResponse
}

/** @throws {SetupError} for what is no handler that Lambda would take */
function toFunction(handler: Handler, timeoutSeconds: number): LambdaFunction {
  try {
    return createInProcessFunction(handler, { label: 'test process', timeoutSeconds })
  } catch (cause) {
    if (!(cause instanceof TypeError)) throw cause
    throw new SetupError(`What the adapter made is no handler. ${cause.message}`, { cause })
  }
}
