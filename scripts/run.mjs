// Child processes with our terminal: waited for, and ended with us.
import { spawn } from 'node:child_process'
import { dirname } from 'node:path'
import { fileURLToPath } from 'node:url'

export const root = dirname(dirname(fileURLToPath(import.meta.url)))

/**
 * Runs a command to its end and gives its exit code. A SIGINT or SIGTERM that reaches us meanwhile is passed on, so
 * that nothing we started outlives us, and ends this process once the child is gone.
 *
 * @param {string} command
 * @param {readonly string[]} args
 * @param {{ cwd?: string, env?: NodeJS.ProcessEnv, stdout?: 'inherit' | 'stderr' | 'ignore', shell?: boolean }} [options]
 * @returns {Promise<number>}
 */
export function run(command, args, options = {}) {
  return new Promise((resolve, reject) => {
    /** @type {NodeJS.Signals | undefined} */
    let ending
    const child = spawn(command, args, {
      cwd: options.cwd ?? root,
      env: options.env ?? process.env,
      stdio: ['ignore', options.stdout === 'stderr' ? 2 : (options.stdout ?? 'inherit'), 'inherit'],
      shell: options.shell ?? false,
    })
    /** @param {NodeJS.Signals} signal */
    const passOn = (signal) => {
      ending = signal
      child.kill(signal)
    }
    const stopListening = () => {
      process.off('SIGINT', passOn)
      process.off('SIGTERM', passOn)
    }
    process.on('SIGINT', passOn)
    process.on('SIGTERM', passOn)
    child.once('error', (error) => {
      stopListening()
      reject(error)
    })
    child.once('exit', (code, signal) => {
      stopListening()
      if (ending !== undefined) process.exit(ending === 'SIGINT' ? 130 : 143)
      resolve(code ?? (signal === null ? 1 : 128))
    })
  })
}

/**
 * Runs a JavaScript file with the Node that runs us.
 *
 * @param {string} file
 * @param {readonly string[]} args
 * @param {Parameters<typeof run>[2]} [options]
 */
export function runNode(file, args, options) {
  return run(process.execPath, [file, ...args], options)
}

/**
 * Runs a program from an npm package that need not be installed.
 *
 * @param {readonly string[]} args what follows `npx -y`
 * @param {Parameters<typeof run>[2]} [options]
 */
export function runNpx(args, options) {
  // On Windows npx is a .cmd file, which only a shell can start; no argument of ours needs quoting.
  return run('npx', ['-y', ...args], { shell: process.platform === 'win32', ...options })
}
