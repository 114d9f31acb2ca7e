// An adapter that calls no app.
export function createHandler() {
  return async (/** @type {{ multiValueHeaders?: object }} */ { multiValueHeaders }) => ({
    statusCode: 200,
    statusDescription: '200 OK',
    ...(multiValueHeaders ? { multiValueHeaders: {} } : { headers: {} }),
    body: '',
    isBase64Encoded: false,
  })
}
