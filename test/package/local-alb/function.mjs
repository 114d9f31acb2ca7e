export const handler = async () => ({
  statusCode: 200,
  body: process.env['AWS_LAMBDA_FUNCTION_NAME'],
})
