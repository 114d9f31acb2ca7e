import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { type Configuration, readConfiguration } from 'local-alb'
import { createFolder } from '../../helpers/folder.js'

const ARN = 'arn:aws:elasticloadbalancing:eu-west-1:123456789012:targetgroup/shop/73e2d6bc24d8a067'

function read(
  map: Readonly<Record<string, unknown>>,
  given: Readonly<Record<string, string>>,
): Promise<Configuration> {
  const rules = [{ Actions: [{ Type: 'forward', TargetGroupArn: ARN }] }]
  const folder = createFolder({ 'load-balancer.json': JSON.stringify({ rules, targets: map }) })
  return readConfiguration(join(folder, 'load-balancer.json'), given)
}

const URL = 'http://127.0.0.1:4000'

describe('targets given beside a configuration file', () => {
  it.each([
    ['its name, where the file has its ARN', { [ARN]: 'http://127.0.0.1:3000' }, 'shop'],
    ['its ARN, where the file has its name', { shop: 'http://127.0.0.1:3000' }, ARN],
    ['its name, where the file has it too', { shop: 'http://127.0.0.1:3000' }, 'shop'],
    ['its name, where the file has a function that is not built', { shop: 'none.mjs' }, 'shop'],
    ['its name, where the file has nothing', {}, 'shop'],
  ])('stand for a group by %s', async (_what, map, key) => {
    const { definition, warnings } = await read(map, { [key]: URL })
    expect(warnings).toEqual([])
    expect(definition.targetGroups).toMatchObject([
      { arn: ARN, name: 'shop', targets: [{ kind: 'instance', url: URL }] },
    ])
  })

  it('leave the other groups as the file has them', async () => {
    const { definition } = await read({ shop: 'http://127.0.0.1:3000' }, {})
    expect(definition.targetGroups).toMatchObject([{ targets: [{ url: 'http://127.0.0.1:3000' }] }])
  })

  it('are refused for a group that no rule forwards to', async () => {
    await expect(read({ shop: URL }, { shpo: URL })).rejects.toThrow(
      'A target is given for "shpo", which no rule forwards to; the rules forward to "shop"',
    )
  })
})
