import { accessSync, constants } from 'node:fs'
import { delimiter, join } from 'node:path'
import { chromium, type Browser } from 'playwright-core'
import { afterAll, beforeAll, describe } from 'vitest'

/** The Chromium to test with: `CHROMIUM_PATH`, else the first of the usual names in `PATH`; `''` without one. */
function findChromium(): string {
  const folders = (process.env['PATH'] ?? '').split(delimiter)
  const inPath = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable']
    .flatMap((name) => folders.map((folder) => join(folder, name)))
    .find((file) => isExecutable(file))
  return process.env['CHROMIUM_PATH'] || (inPath ?? '')
}

function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK)
    return true
  } catch {
    return false
  }
}

const executablePath = findChromium()

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
