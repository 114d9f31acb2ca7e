import { chromium, type Browser, type BrowserContextOptions, type Page } from 'playwright-core'
import { findChromium } from './browser.js'
import type { ServedInspector } from './serve-inspector.js'

export const chromiumPath: string | undefined = findChromium()

export const whyNoBrowser: string =
  'Skipped: no Chromium. Set CHROMIUM_PATH, or put chromium, chromium-browser or google-chrome in PATH.'

export function launchBrowser(): Promise<Browser> {
  if (chromiumPath === undefined) throw new Error(whyNoBrowser)
  return chromium.launch({ executablePath: chromiumPath })
}

/** A page of the inspector, and what it must never do. */
export interface OpenPage extends AsyncDisposable {
  readonly page: Page
  /** Errors and warnings on the console, scripts that failed, requests that left the inspector's origin. */
  readonly offences: readonly string[]
}

export interface PageOptions extends BrowserContextOptions {
  /** What follows the address, such as `#12`. */
  readonly hash?: string
  /** Runs in the page before its own scripts. */
  readonly init?: () => void
}

export async function openPage(
  browser: Browser,
  { inspector }: Pick<ServedInspector, 'inspector'>,
  { hash = '', init, ...options }: PageOptions = {},
): Promise<OpenPage> {
  const { url = '' } = inspector
  const context = await browser.newContext({ viewport: { width: 1280, height: 800 }, ...options })
  context.setDefaultTimeout(15_000)
  const page = await context.newPage()
  const offences: string[] = []
  page.on('console', (message) => {
    const { type, text, location } = {
      type: message.type(),
      text: message.text(),
      location: message.location().url,
    }
    // The browser says this of every answer that is no success; the page shows it to people.
    const expected =
      text.startsWith('Failed to load resource: ') && location.startsWith(`${url}/api/`)
    if (['error', 'warning'].includes(type) && !expected) offences.push(`${type}: ${text}`)
  })
  page.on('pageerror', (error) => offences.push(`thrown: ${error.message}`))
  page.on('request', (request) => {
    const { origin } = new URL(request.url())
    if (origin !== url && !request.url().startsWith('data:')) {
      offences.push(`request to ${request.url()}`)
    }
  })
  if (init !== undefined) await page.addInitScript(init)
  await page.goto(`${url}/${hash}`)
  await page.locator('#connection[data-state="live"]').waitFor()
  return {
    page,
    offences,
    [Symbol.asyncDispose]: () => context.close(),
  }
}
