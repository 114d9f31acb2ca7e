// The browser that tests drive: where it is, and for `.ci/run` that there is one.
import { accessSync, constants } from 'node:fs'
import { delimiter, join } from 'node:path'
import { run } from './run.mjs'

const NAMES = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable']

/**
 * @returns {string | undefined} `CHROMIUM_PATH` as it is, so that a wrong one fails and is not passed over; else the
 * first of the usual names in `PATH`
 */
export function findBrowser() {
  const named = process.env['CHROMIUM_PATH']
  if (named !== undefined && named !== '') return named
  const folders = (process.env['PATH'] ?? '').split(delimiter)
  return NAMES.flatMap((name) => folders.map((folder) => join(folder, name))).find(isExecutable)
}

/** @param {string} file */
function isExecutable(file) {
  try {
    accessSync(file, constants.X_OK)
    return true
  } catch {
    return false
  }
}

/** Installs Debian's Chromium where there is no browser and we may; says so where we may not. */
export async function ensureBrowser() {
  const found = findBrowser()
  if (found !== undefined) {
    console.log(`Browser: ${found}`)
    return
  }
  if (process.getuid?.() === 0 && isExecutable('/usr/bin/apt-get')) {
    console.log('Installing chromium with apt-get')
    const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' }
    const apt = ['-o', 'Acquire::Retries=3']
    await run('apt-get', [...apt, 'update', '-qq'], { stdout: 'ignore', env })
    await run('apt-get', [...apt, 'install', '-y', '-qq', '--no-install-recommends', 'chromium'], {
      stdout: 'ignore',
      env,
    })
  }
  if (findBrowser() === undefined) {
    console.log(
      `No browser: the inspector's page is not tested. Install Chromium or set CHROMIUM_PATH (looked for ${NAMES.join(', ')}).`,
    )
  }
}
