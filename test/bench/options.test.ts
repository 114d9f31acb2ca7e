import { describe, expect, it } from 'vitest'
import { readNodes, withoutWhole } from '../../bench/nodes.mjs'
import { readOptions } from '../../bench/options.mjs'
import { findWorkload } from '../../bench/parts.mjs'

describe('the benchmark’s command line', () => {
  it('measures the eight workloads and the load time, and nothing slower, unless told otherwise', () => {
    expect(readOptions([]).workloads).toEqual(
      'bare hello query json cookies html upload binary load'.split(' '),
    )
  })

  it('takes a group for its curves, and all for everything', () => {
    expect(readOptions(['--workloads', 'hello,headers']).workloads).toEqual([
      'hello',
      'request-fields',
      'response-fields',
    ])
    const all = readOptions(['--workloads', 'all']).workloads
    expect(all).toEqual(expect.arrayContaining(['bare', 'html-utf8', 'load', 'cold', 'text-size']))
    expect(new Set(all).size).toBe(all.length)
  })

  it.each([
    [['--workloads', 'helo'], '--workloads: no workload "helo"; there are bare,'],
    [['--adapters', 'h4ad@x.js'], '--adapters: no adapter "h4ad@x.js"; there are recorded-pair,'],
    [['--mode', 'triple'], '--mode: "triple" is not multi, single or both'],
    [['--clock', 'sun'], '--clock: "sun" is not wall or cpu'],
    [['--starts', '0'], '--starts: "0" is not a number above 0'],
    [['--nodes', '20,lts'], '--nodes: "lts" is neither one of 20, 22, 24 nor a version'],
  ])('refuses %j, naming the option and its value', (args, message) => {
    expect(() => readOptions(args)).toThrow(message)
  })

  it('takes another build of ours beside it', () => {
    const list = 'floor,express-alb,express-alb@../other/index.js'
    expect(readOptions(['--adapters', list]).adapters).toEqual(list.split(','))
  })

  it('knows a whole version for each major, and takes any other', () => {
    expect(readNodes('24,23.1.0')).toEqual([expect.stringMatching(/^24\.\d+\.\d+$/), '23.1.0'])
  })

  it('hands every argument but those for the whole on to the run on each Node', () => {
    const args = [
      '--nodes',
      '20,22',
      '--seconds=3',
      '--json=a.json',
      '--write',
      'b.md',
      '--stringify',
    ]
    expect(withoutWhole(args)).toEqual(['--seconds=3', '--stringify'])
  })

  it('finds the steps of curves, whose payloads stay below what a load balancer takes', () => {
    expect(findWorkload('upload-size@1020').request.body).toHaveLength(1020 * 1024)
    expect(findWorkload('binary-size@764').answer.body.toString('base64').length).toBeLessThan(
      2 ** 20,
    )
    expect(findWorkload('response-fields@200').answer.fields).toHaveLength(200)
    expect(() => findWorkload('text-size@2')).toThrow('no workload text-size@2')
  })
})
