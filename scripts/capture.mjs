// Child processes whose output is wanted instead of shown.
import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { root } from './run.mjs'

const execute = promisify(execFile)

/**
 * @param {string} command
 * @param {readonly string[]} args
 * @param {{ cwd?: string, shell?: boolean }} [options]
 * @returns {Promise<string>} what it printed; a failure throws with all of its output
 */
async function capture(command, args, options = {}) {
  try {
    const { stdout } = await execute(command, args, { cwd: root, ...options })
    return stdout
  } catch (error) {
    const { stdout = '', stderr = '' } = /** @type {{ stdout?: string, stderr?: string }} */ (error)
    throw new Error(`${command} ${args.join(' ')}\n${stdout}${stderr}`, { cause: error })
  }
}

/**
 * @param {readonly string[]} args
 * @param {string} [cwd]
 */
export const captureNode = (args, cwd = root) => capture(process.execPath, args, { cwd })

/**
 * @param {'npm' | 'npx'} command
 * @param {readonly string[]} args
 * @param {string} cwd
 */
export const captureNpm = (command, args, cwd) =>
  // On Windows both are .cmd files, which only a shell can start.
  capture(command, args, { cwd, shell: process.platform === 'win32' })
