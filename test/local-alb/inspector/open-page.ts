import type { Browser, BrowserContextOptions, ConsoleMessage, Page, Request } from 'playwright-core'
import type { ServedInspector } from './serve-inspector.js'

/** A page of the inspector, and what it must never do. */
export interface OpenPage extends AsyncDisposable {
  readonly page: Page
  /** Errors and warnings on the console, scripts that failed, requests that left the inspector's origin. */
  readonly offences: readonly string[]
}

export interface PageOptions {
  /** What follows the address, such as `#12`. */
  readonly hash?: string
  /** Runs in the page before its own scripts. */
  readonly init?: () => void
  /** Such a page has a context of its own. */
  readonly context?: BrowserContextOptions
}

export async function openPage(
  browser: Browser,
  { inspector }: Pick<ServedInspector, 'inspector'>,
  { hash = '', init, context }: PageOptions = {},
): Promise<OpenPage> {
  const { url = '' } = inspector
  const isSpecial = init !== undefined || context !== undefined
  const { page, release } = isSpecial ? await makePage(browser, context) : await takePage(browser)
  const offences: string[] = []
  const forget = watch(page, url, offences)
  const close = async (): Promise<void> => {
    forget()
    await release()
  }
  try {
    if (init !== undefined) await page.addInitScript(init)
    await page.goto(`${url}/${hash}`)
    await page.locator('#connection[data-state="live"]').waitFor()
  } catch (error) {
    await close()
    throw error
  }
  return { page, offences, [Symbol.asyncDispose]: close }
}

interface TakenPage {
  readonly page: Page
  readonly release: () => Promise<void>
}

/** Pages that a test has left. Every inspector has an origin of its own, so nothing of one is there in the next. */
const freePages = new WeakMap<Browser, Page[]>()

/** A page costs more than most tests: a process of its own, and seconds on a busy machine. */
async function takePage(browser: Browser): Promise<TakenPage> {
  const free = freePages.get(browser) ?? []
  freePages.set(browser, free)
  const page = free.pop() ?? (await makePage(browser)).page
  return {
    page,
    release: async () => {
      await page.goto('about:blank')
      free.push(page)
    },
  }
}

async function makePage(browser: Browser, options?: BrowserContextOptions): Promise<TakenPage> {
  const context = await browser.newContext({ viewport: { width: 1280, height: 800 }, ...options })
  context.setDefaultTimeout(15_000)
  return { page: await context.newPage(), release: () => context.close() }
}

/** @returns a function that ends it */
function watch(page: Page, url: string, offences: string[]): () => void {
  const onConsole = (message: ConsoleMessage): void => {
    const type = message.type()
    const text = message.text()
    // The browser says this of every answer that is no success; the page shows it to people.
    const expected =
      text.startsWith('Failed to load resource: ') &&
      message.location().url.startsWith(`${url}/api/`)
    if (['error', 'warning'].includes(type) && !expected) offences.push(`${type}: ${text}`)
  }
  const onError = (error: Error): void => {
    offences.push(`thrown: ${error.message}`)
  }
  const onRequest = (request: Request): void => {
    const { origin } = new URL(request.url())
    if (origin !== url && !request.url().startsWith('data:')) {
      offences.push(`request to ${request.url()}`)
    }
  }
  page.on('console', onConsole).on('pageerror', onError).on('request', onRequest)
  return () => {
    page.off('console', onConsole).off('pageerror', onError).off('request', onRequest)
  }
}
