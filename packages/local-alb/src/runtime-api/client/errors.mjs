/** @typedef {{ errorType: string, errorMessage: string, trace: string[] }} ErrorBody */

/**
 * An error as Lambda's Runtime API takes it, in the form that aws-lambda-ric gives it.
 *
 * @param {unknown} error
 * @returns {ErrorBody}
 */
export function toErrorBody(error) {
  try {
    if (!(error instanceof Error)) {
      return { errorType: typeof error, errorMessage: String(error), trace: [] }
    }
    const { name, message, stack = '' } = error
    return {
      errorType: clean(name),
      errorMessage: clean(message),
      trace: stack === '' ? [] : clean(stack).split('\n'),
    }
  } catch {
    // Getters that throw, a Symbol, an object without a prototype.
    return {
      errorType: 'handled',
      errorMessage: 'What was thrown has no name, message or stack that can be read.',
      trace: [],
    }
  }
}

/**
 * @param {string} name
 * @param {string} message
 */
export function named(name, message) {
  return Object.assign(new Error(message), { name })
}

/** @param {string} text */
function clean(text) {
  return text.replaceAll('\x7F', '%7F')
}
