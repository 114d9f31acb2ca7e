import { chromium, type Browser } from 'playwright-core'
import { afterAll, beforeAll, describe } from 'vitest'
import { findBrowser } from '../../scripts/browser.mjs'

const executablePath = findBrowser() ?? ''

/** Tests that share one browser, which `browser()` gives; skipped with a printed reason where there is none. */
export function describeInBrowser(title: string, tests: (browser: () => Browser) => void): void {
  if (executablePath === '') {
    console.log(
      'Skipped: no Chromium. Set CHROMIUM_PATH, or put chromium, chromium-browser or google-chrome in PATH.',
    )
  }
  describe.skipIf(executablePath === '')(title, { timeout: 60_000 }, () => {
    let browser: Browser
    beforeAll(async () => {
      browser = await chromium.launch({ executablePath })
    }, 60_000)
    afterAll(async () => {
      await browser.close()
    })
    tests(() => browser)
  })
}
