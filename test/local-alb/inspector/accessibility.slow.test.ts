import { expect, it } from 'vitest'
import { answeredByFunction } from './exchanges.js'
import { describeInBrowser } from '../../helpers/browser.js'
import { findFaintText } from '../../helpers/faint-text.js'
import { openPage } from './open-page.js'
import { serveInspector, type ServedInspector } from './serve-inspector.js'

/** One of each kind of row, with details that have something in every part. */
function fill({ alb }: ServedInspector): void {
  const { invocation, response } = answeredByFunction()
  for (const status of [200, 302, 404, 502]) {
    alb.exchange({ response: { ...response!, status } })
  }
  alb.start()
  alb.end(alb.start(), { abandoned: true })
  const time = new Date()
  alb.exchange({
    request: { method: 'POST', target: '/orders?a=1', body: Buffer.from('{"a":[1,true,null]}') },
    result: '{"statusCode":502,"ok":false,"none":null}',
    refusal: { status: 502, errorReason: 'LambdaInvalidResponse', explanation: 'No statusCode.' },
    response: { ...response!, status: 502 },
    invocation: {
      ...invocation!,
      coldStart: true,
      initMs: 4,
      logs: [
        { stream: 'platform', text: 'START', time },
        { stream: 'stdout', text: 'out', time },
        { stream: 'stderr', text: 'err', time },
      ],
    },
  })
  alb.exchange({ refusal: { status: 413, explanation: 'Too large.' } })
}

/** Runs in the page: what axe would say of names, references and roles. */
function findFaults(): string[] {
  const faults: string[] = []
  const ids = [...document.querySelectorAll('[id]')].map(({ id }) => id)
  for (const id of ids) if (ids.indexOf(id) !== ids.lastIndexOf(id)) faults.push(`two of #${id}`)
  const references = [
    'aria-controls',
    'aria-labelledby',
    'aria-describedby',
    'aria-activedescendant',
    'for',
  ]
  for (const name of references) {
    for (const element of document.querySelectorAll(`[${name}]`)) {
      const id = element.getAttribute(name) ?? ''
      if (document.getElementById(id) === null) faults.push(`${name} of ${element.id}: no #${id}`)
    }
  }
  for (const image of document.querySelectorAll('img')) {
    if (!image.hasAttribute('alt')) faults.push(`image without alt: ${image.src}`)
  }
  for (const element of document.querySelectorAll('button, a[href], input, textarea')) {
    const label = element.id === '' ? null : document.querySelector(`label[for="${element.id}"]`)
    const name = element.ariaLabel ?? label?.textContent ?? element.textContent ?? ''
    if (name.trim() === '' && element.checkVisibility())
      faults.push(`no name: ${element.outerHTML.slice(0, 80)}`)
  }
  const parents: Record<string, string> = {
    row: '[role=grid], [role=rowgroup]',
    gridcell: '[role=row]',
    columnheader: '[role=row]',
    rowgroup: '[role=grid]',
    tab: '[role=tablist]',
  }
  for (const [role, parent] of Object.entries(parents)) {
    for (const element of document.querySelectorAll(`[role=${role}]`)) {
      if (!element.parentElement?.matches(parent)) faults.push(`${role} outside ${parent}`)
    }
  }
  const headings = [...document.querySelectorAll('h1')].filter((element) =>
    element.checkVisibility(),
  )
  if (headings.length !== 1) faults.push(`${headings.length} first headings`)
  if (document.documentElement.lang === '') faults.push('no language')
  if (document.querySelectorAll('main').length !== 1) faults.push('not one main')
  return faults
}

describeInBrowser('the page for everybody', (browser) => {
  it('has enough contrast, light and dark, and no faults', async () => {
    await using served = await serveInspector({ summary: () => ({ url: 'http://127.0.0.1:1' }) })
    await using open = await openPage(browser(), served, { context: { reducedMotion: 'reduce' } })
    const { page } = open
    const check = async (where: string): Promise<void> => {
      for (const colorScheme of ['light', 'dark'] as const) {
        await page.emulateMedia({ colorScheme })
        expect([where, colorScheme, await page.evaluate(findFaintText)]).toEqual([
          where,
          colorScheme,
          [],
        ])
      }
      expect([where, await page.evaluate(findFaults)]).toEqual([where, []])
    }
    await check('empty')
    fill(served)
    await page.locator('#row-8').waitFor()
    await check('list')
    for (const id of [7, 8, 1]) {
      await page.locator(`#row-${id}`).click()
      await page.locator(`#save-event[href*="/${id}/"]`).waitFor()
      for (const part of ['1', '2', '3', '4', '5']) {
        await page.keyboard.press(part)
        await check(`part ${part} of ${id}`)
      }
    }
    await page.keyboard.press('?')
    await check('help')
    await page.keyboard.press('Escape')
    await page.getByLabel('Filter requests').fill('status:5xx is:x')
    await check('filter')
    await page.getByLabel('Filter requests').fill('nothing')
    await check('nothing found')
    await page.getByRole('button', { name: 'Pause' }).click()
    await check('paused')
    await served.inspector.close()
    await page.getByText('Disconnected, trying again…').waitFor()
    await check('disconnected')
  })

  it('follows the system from light to dark', async () => {
    await using served = await serveInspector()
    await using open = await openPage(browser(), served, { context: { colorScheme: 'light' } })
    const ground = (): Promise<string> =>
      open.page.evaluate(() => getComputedStyle(document.body).backgroundColor)
    const light = await ground()
    await open.page.emulateMedia({ colorScheme: 'dark' })
    const dark = await ground()
    expect([light, dark]).toEqual(['rgb(246, 246, 243)', 'rgb(21, 21, 20)'])
  })

  it('shows where the focus is, on everything that can have it', async () => {
    await using served = await serveInspector()
    fill(served)
    await using open = await openPage(browser(), served)
    const { page } = open
    await page.locator('#row-7').click()
    await page.locator('#panel > *').first().waitFor()
    await page.getByLabel('Filter requests').focus()
    const seen = new Set<string>()
    for (let count = 0; count < 40; count += 1) {
      await page.keyboard.press('Tab')
      const { name, shown } = await page.evaluate(() => {
        const element = document.activeElement ?? document.body
        const marked = [element, ...element.querySelectorAll('[aria-selected="true"]')]
        return {
          name: element.id === '' ? (element.textContent ?? '').trim() : element.id,
          shown: marked.some((each) => {
            const { outlineStyle, outlineWidth } = getComputedStyle(each)
            return outlineStyle !== 'none' && Number.parseFloat(outlineWidth) >= 2
          }),
        }
      })
      if (
        name === '' ||
        seen.has(name) ||
        (await page.evaluate(() => document.activeElement === document.body))
      ) {
        continue
      }
      seen.add(name)
      expect([name, shown]).toEqual([name, true])
    }
    expect([...seen]).toEqual(
      expect.arrayContaining([
        'pause',
        'clear',
        'help-button',
        'grid',
        'close',
        'replay',
        'replay-other',
        'copy-curl',
        'save-event',
        'tab-request',
        'panel',
      ]),
    )
    // Of the tabs only the chosen one: arrow keys lead to the others.
    expect(seen.has('tab-event')).toBe(false)
  })

  it('speaks to assistive technology in the right roles', async () => {
    await using served = await serveInspector()
    fill(served)
    await using open = await openPage(browser(), served)
    const { page } = open
    const grid = page.getByRole('grid', { name: 'Requests, newest first' })
    await grid.getByRole('row').nth(8).waitFor()
    expect(await grid.getByRole('columnheader').allInnerTexts()).toEqual([
      'Time',
      'Status',
      'Method',
      'Path',
      'Target',
      'Mode',
      'Duration',
    ])
    expect(await grid.getByRole('gridcell', { name: '404' }).count()).toBe(1)
    await page.getByRole('search').getByRole('searchbox', { name: 'Filter requests' }).waitFor()
    await page.locator('#row-7').click()
    await page.getByRole('region', { name: 'POST /orders?a=1' }).waitFor()
    await page.getByRole('tablist', { name: 'Parts of the request' }).waitFor()
    await page.getByRole('tabpanel', { name: 'Request' }).waitFor()
    await page.getByRole('status').getByText('Live').or(page.getByText('Live')).first().waitFor()
    await page.getByRole('note', { name: 'Why it was refused' }).waitFor()
  })
})
