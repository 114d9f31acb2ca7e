import { readFile } from 'node:fs/promises'
import { parseEnv } from 'node:util'
import { CommandError } from './command-error.js'

/**
 * The variables in files of `NAME=value` lines; later files win.
 *
 * @throws {CommandError} naming the file that cannot be read
 */
export async function readEnvironmentFiles(
  files: readonly string[],
): Promise<Record<string, string>> {
  const environment: Record<string, string> = {}
  for (const file of files) {
    try {
      Object.assign(environment, parseEnv(await readFile(file, 'utf8')))
    } catch (error) {
      throw new CommandError(`--env-file ${file} cannot be read: ${(error as Error).message}`)
    }
  }
  return environment
}
