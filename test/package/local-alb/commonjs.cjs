// Uses the installed package through require().
const { createAlb } = require('local-alb')

const alb = createAlb(async () => ({ statusCode: 200, headers: { 'x-from': 'cjs' }, body: 'yes' }))
alb.listen(() => {
  void use()
})

async function use() {
  const response = await fetch(alb.url)
  const body = await response.text()
  await alb[Symbol.asyncDispose]()
  console.log(response.headers.get('x-from') === 'cjs' && body === 'yes' ? 'answered' : body)
}
