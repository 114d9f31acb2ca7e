import { readFile } from 'node:fs/promises'
import { basename, resolve } from 'node:path'
import { ConfigurationError, JsonValue } from './json-value.js'

/**
 * @throws {ConfigurationError} when there is no such file, or no JSON in it
 */
export async function readJsonFile(file: string, namedBy?: JsonValue): Promise<JsonValue> {
  const place = namedBy ? `${namedBy.path} names ` : ''
  let text: string
  try {
    text = await readFile(file, 'utf8')
  } catch (cause) {
    const reason =
      (cause as NodeJS.ErrnoException).code === 'ENOENT' ? 'there is no such file' : String(cause)
    throw new ConfigurationError(
      `${place}${file}: ${reason}; write its path relative to the configuration file`,
      { cause },
    )
  }
  try {
    return new JsonValue(JSON.parse(text.replace(/^\uFEFF/, '')), basename(file), true)
  } catch (cause) {
    const { message } = cause as Error
    throw new ConfigurationError(
      `${place}${file}, which is not JSON (${message}); let the AWS CLI print it with --output json`,
      { cause },
    )
  }
}

/** What stands at that place itself or, for a string, in the file of that name. */
export async function readReference(value: JsonValue, baseDir: string): Promise<JsonValue> {
  return value.isText ? readJsonFile(resolve(baseDir, value.text()), value) : value
}
