import { readFile } from 'node:fs/promises'
import type { Page } from 'playwright-core'
import { expect, it } from 'vitest'
import { createInspector } from '../../../packages/local-alb/src/inspector/inspector.js'
import { answeredByFunction, type FakeAlb } from './exchanges.js'
import { describeInBrowser } from '../../helpers/browser.js'
import { openPage } from './open-page.js'
import { serveInspector } from './serve-inspector.js'

const WAIT = { timeout: 15_000 }

/** The text of the tab's panel. */
const panelOf = (page: Page): Promise<string> => page.locator('#panel').innerText()

/** The ids of the rows on the screen, the topmost first. */
function rowsOn(page: Page): Promise<number[]> {
  return page.locator('#rows .row:not([hidden])').evaluateAll((rows) =>
    rows
      .map((row) => ({ id: Number(row.id.slice('row-'.length)), index: Number(row.ariaRowIndex) }))
      .toSorted((a, b) => a.index - b.index)
      .map(({ id }) => id),
  )
}

const openRow = async (page: Page, id: number): Promise<void> => {
  await page.locator(`#row-${id}`).click()
  await page.locator('#panel > *').first().waitFor()
}

/** A request that the load balancer refused, with all that a person wants to know of it. */
function refuse(alb: FakeAlb): void {
  const { invocation } = answeredByFunction()
  alb.exchange({
    request: {
      method: 'POST',
      target: '/orders?dry=1',
      body: Buffer.from('{"sku":"A-1"}'),
      headers: [
        ['Host', 'localhost:8080'],
        ['Content-Type', 'application/json'],
      ],
    },
    result: '{"statusCode":201,"headers":{"content-length":22}}',
    refusal: {
      status: 502,
      errorReason: 'LambdaInvalidResponse',
      explanation: 'headers["content-length"] is the number 22; the ALB takes strings only.',
    },
    response: {
      status: 502,
      reason: 'Bad Gateway',
      headers: [['Content-Type', 'text/html']],
      body: Buffer.from('<html>\r\n<h1>502 Bad Gateway</h1>\r\n</html>\r\n'),
    },
    invocation: {
      ...invocation!,
      coldStart: true,
      initMs: 3,
      logs: [
        { stream: 'stdout', text: 'order \u001B[32mcreated\u001B[0m', time: new Date() },
        { stream: 'stderr', text: 'TypeError: x\n    at y', time: new Date() },
      ],
    },
  })
}

describeInBrowser('the page', (browser) => {
  it('tells what to do while there is nothing, and fills as requests come', async () => {
    await using served = await serveInspector({
      title: 'dist/lambda.mjs',
      summary: () => ({ url: 'http://127.0.0.1:8080', facts: [['Mode', 'single-value']] }),
    })
    await using open = await openPage(browser(), served)
    const { page, offences } = open
    await page.getByRole('heading', { name: 'dist/lambda.mjs' }).waitFor()
    await page.getByText('curl http://127.0.0.1:8080/', { exact: true }).waitFor()
    await page.getByText('single-value').waitFor()

    const pending = served.alb.start({ request: { target: '/slow?wait=1' } })
    const row = page.locator('#row-1')
    await row.waitFor()
    expect(await row.innerText()).toMatch(/wait\s+GET\s+\/slow\?wait=1/)
    expect(await page.getByText('No requests yet').isVisible()).toBe(false)

    served.alb.end(pending, answeredByFunction())
    await row.getByText('200').waitFor()
    expect(await row.innerText()).toMatch(/hello\s+single\s+12\.3 ms/)
    refuse(served.alb)
    await page.locator('#row-2').getByText('LambdaInvalidResponse').waitFor()
    expect(await page.locator('#row-2').innerText()).toContain('cold start')
    expect(await rowsOn(page)).toEqual([2, 1])
    expect(await page.locator('#filter-note').innerText()).toBe('2 requests')
    expect(offences).toEqual([])
  })

  it('shows of a request everything there is, and why it was refused above all', async () => {
    await using served = await serveInspector()
    refuse(served.alb)
    await using open = await openPage(browser(), served)
    const { page, offences } = open
    await openRow(page, 1)
    const why = page.getByRole('note', { name: 'Why it was refused' })
    expect(await why.innerText()).toMatch(
      /The load balancer answered 502\s+LambdaInvalidResponse\s+headers\["content-length"\] is the number 22; the ALB takes strings only\./,
    )
    expect(await panelOf(page)).toMatch(
      /^POST \/orders\?dry=1 HTTP\/1\.1\nHost: localhost:8080\nContent-Type: application\/json\n[^]*\{\n {2}"sku": "A-1"\n\}/,
    )
    await page.getByRole('button', { name: 'Show as sent' }).click()
    expect(await panelOf(page)).toContain('{"sku":"A-1"}')

    await page.getByRole('tab', { name: 'Event' }).click()
    expect(await panelOf(page)).toContain('"httpMethod": "POST"')
    expect(await page.locator('#panel .j-key').first().innerText()).toBe('"requestContext"')
    await page.getByRole('tab', { name: 'Result' }).click()
    expect(await panelOf(page)).toContain('"content-length": 22')
    await page.getByRole('tab', { name: 'Response' }).click()
    expect(await panelOf(page)).toMatch(
      /^HTTP\/1\.1 502 Bad Gateway\nContent-Type: text\/html\nContent-Length: 43\n[^]*<h1>502 Bad Gateway<\/h1>/,
    )
    await page.getByRole('tab', { name: 'Logs 2' }).click()
    const logs = await panelOf(page)
    expect(logs).toContain('7d0a3c1e-3b1f-4b7e-9a51-2a8a5f0f6f11')
    expect(logs).toMatch(/stdout\s+order created\s[^]*stderr\s+TypeError: x\n {4}at y/)
    expect(offences).toEqual([])
  })

  it('says in words what is not there', async () => {
    await using served = await serveInspector()
    const { alb } = served
    alb.start()
    alb.end(alb.start({ request: { method: 'TRACE' } }), {
      refusal: { status: 405, explanation: 'TRACE is not allowed.' },
      response: { status: 405, reason: 'Method Not Allowed', headers: [], body: undefined },
    })
    alb.end(alb.start(), {
      action: 'redirect',
      response: { status: 301, reason: 'Moved Permanently', headers: [], body: undefined },
    })
    await using open = await openPage(browser(), served)
    const { page, offences } = open
    const says = async (id: number, tab: string): Promise<string> => {
      await openRow(page, id)
      await page.locator('#details-title').waitFor()
      await page.getByRole('tab', { name: tab }).click()
      return panelOf(page)
    }
    await openRow(page, 1)
    expect(await says(1, 'Event')).toBe('Waiting for the target…')
    await page.locator('#row-2').click()
    await page.getByText('TRACE is not allowed.').waitFor()
    expect(await says(2, 'Event')).toBe(
      'No event: the load balancer refused the request before any target saw it.',
    )
    expect(await says(2, 'Result')).toBe('No result: no function was invoked.')
    expect(await says(2, 'Logs')).toBe('No logs: no function was run.')
    await page.locator('#row-3').click()
    await page.locator('#facts').getByText('redirect').waitFor()
    expect(await says(3, 'Event')).toBe('No event: the rule answered with a redirect.')
    expect(offences).toEqual([])
  })

  it('shows text as text, whatever a request, a function or a target calls itself', async () => {
    await using served = await serveInspector({ title: '<img src=x onerror=pwned=1>' })
    const evil = '<img src=x onerror="pwned=1"><script>pwned=1</script>'
    const { invocation } = answeredByFunction()
    served.alb.exchange({
      request: {
        method: '<b>',
        target: `/${evil}?${evil}`,
        headers: [
          ['Host', evil],
          [`x-${evil}`, evil],
          ['Content-Type', 'text/html'],
        ],
        body: Buffer.from(evil),
      },
      event: JSON.stringify({ [evil]: evil }),
      result: evil,
      targetGroup: { name: evil, arn: evil },
      target: evil,
      refusal: { status: 502, errorReason: evil, explanation: evil },
      response: { status: 502, reason: evil, headers: [[evil, evil]], body: Buffer.from(evil) },
      invocation: {
        ...invocation!,
        requestId: evil,
        environment: evil,
        logs: [{ stream: 'stdout', text: evil, time: new Date() }],
      },
    })
    await using open = await openPage(browser(), served)
    const { page, offences } = open
    await openRow(page, 1)
    expect(await page.locator('#details-title').innerText()).toContain(evil)
    expect(await page.locator('#refusal').innerText()).toContain(evil)
    for (const tab of ['Request', 'Event', 'Result', 'Response', 'Logs']) {
      await page.getByRole('tab', { name: tab }).click()
      expect(await panelOf(page)).toContain(tab === 'Event' ? '<script>pwned=1</script>' : evil)
    }
    const made = await page.evaluate(() => ({
      pwned: 'pwned' in globalThis,
      images: document.querySelectorAll('img').length,
      scripts: document.querySelectorAll('script').length,
      bold: document.querySelectorAll('#grid b, #details-title b').length,
    }))
    expect(made).toEqual({ pwned: false, images: 1, scripts: 1, bold: 0 })
    expect(offences).toEqual([])
  })

  it('is kept by the browser from making HTML of text or running what is not its own', async () => {
    await using served = await serveInspector()
    await using open = await openPage(browser(), served)
    const attempts = await open.page.evaluate(async () => {
      const attempt = (act: () => unknown): string => {
        try {
          act()
          return 'done'
        } catch (error) {
          return error instanceof Error ? error.name : String(error)
        }
      }
      const script = document.createElement('script')
      const leak = await fetch('https://example.com/').then(
        () => 'sent',
        () => 'blocked',
      )
      return {
        html: attempt(() => (document.body.innerHTML = '<p>x</p>')),
        source: attempt(() => (script.src = 'https://example.com/x.js')),
        leak,
      }
    })
    expect(attempts).toEqual({ html: 'TypeError', source: 'TypeError', leak: 'blocked' })
  })

  it('filters, says what is wrong with a filter, and shows how many there are', async () => {
    await using served = await serveInspector()
    for (let count = 0; count < 5; count += 1) {
      served.alb.exchange({ request: { target: `/orders/${count}` } })
    }
    refuse(served.alb)
    await using open = await openPage(browser(), served)
    const { page, offences } = open
    const note = page.locator('#filter-note')
    await page.getByLabel('Filter requests').fill('status:5xx')
    await expect.poll(() => rowsOn(page), WAIT).toEqual([6])
    expect(await note.innerText()).toBe('1 of 6 requests')
    await page.getByLabel('Filter requests').fill('/orders/3')
    await expect.poll(() => rowsOn(page), WAIT).toEqual([4])
    await page.getByLabel('Filter requests').fill('is:hot')
    expect(await note.innerText()).toMatch(/^is:hot is unknown; there are cold, /)
    expect(await page.getByLabel('Filter requests').getAttribute('aria-invalid')).toBe('true')
    await page.getByLabel('Filter requests').fill('nothing like that')
    await page.getByRole('button', { name: 'Clear the filter' }).click()
    await expect.poll(() => rowsOn(page), WAIT).toHaveLength(6)

    const chip = page.getByRole('button', { name: /^5xx/ })
    expect(await chip.innerText()).toMatch(/5xx\s+1/)
    await chip.click()
    await expect.poll(() => rowsOn(page), WAIT).toEqual([6])
    expect(await chip.getAttribute('aria-pressed')).toBe('true')
    expect(await page.getByLabel('Filter requests').inputValue()).toBe('status:5xx')
    // What comes later is filtered, too.
    served.alb.exchange()
    await page.getByText('1 of 7 requests').waitFor()
    expect(await rowsOn(page)).toEqual([6])
    await chip.click()
    await expect.poll(() => rowsOn(page), WAIT).toHaveLength(7)
    expect(offences).toEqual([])
  })

  it('can be used without a mouse', async () => {
    await using served = await serveInspector()
    for (let count = 0; count < 4; count += 1) {
      served.alb.exchange({ request: { target: `/orders/${count}` } })
    }
    served.alb.exchange({ request: { target: '/health' } })
    await using open = await openPage(browser(), served)
    const { page, offences } = open
    await page.locator('#row-5').waitFor()
    const active = (): Promise<string | null> =>
      page.getByRole('grid').getAttribute('aria-activedescendant')
    const focused = (): Promise<string> => page.evaluate(() => document.activeElement?.id ?? '')

    // Straight away, with the focus nowhere.
    await page.keyboard.press('ArrowDown')
    expect([await active(), await focused()]).toEqual(['row-5', 'grid'])
    await page.keyboard.press('/')
    expect(await focused()).toBe('filter')
    await page.keyboard.type('orders ?j')
    expect(await page.getByLabel('Filter requests').inputValue()).toBe('orders ?j')
    await page.keyboard.press('Backspace')
    await page.keyboard.press('Backspace')
    await page.keyboard.press('Enter')
    expect(await focused()).toBe('grid')
    await page.keyboard.press('ArrowDown')
    expect(await active()).toBe('row-4')
    await page.keyboard.press('j')
    await page.keyboard.press('j')
    expect(await active()).toBe('row-2')
    await page.keyboard.press('k')
    expect(await active()).toBe('row-3')
    await page.keyboard.press('End')
    expect(await active()).toBe('row-1')
    await page.keyboard.press('ArrowDown')
    expect(await active()).toBe('row-1')
    await page.keyboard.press('Home')
    expect(await active()).toBe('row-4')
    expect(await page.locator('#row-4').getAttribute('aria-selected')).toBe('true')

    await page.keyboard.press('Enter')
    await page.getByRole('heading', { name: 'GET /orders/3' }).waitFor()
    expect(await focused()).toBe('tab-request')
    await page.keyboard.press('ArrowRight')
    expect(await focused()).toBe('tab-event')
    expect(await page.getByRole('tab', { selected: true }).innerText()).toBe('Event')
    await page.keyboard.press('ArrowLeft')
    await page.keyboard.press('ArrowLeft')
    expect(await focused()).toBe('tab-logs')
    await page.keyboard.press('4')
    expect(await page.getByRole('tab', { selected: true }).innerText()).toBe('Response')
    // The list goes on under the details, which follow, on the same tab.
    await page.keyboard.press('j')
    await page.getByRole('heading', { name: 'GET /orders/2' }).waitFor()
    expect(await page.getByRole('tab', { selected: true }).innerText()).toBe('Response')
    await page.keyboard.press('Tab')
    expect(await focused()).toBe('panel')

    await page.keyboard.press('Escape')
    expect(await page.locator('#details').isVisible()).toBe(false)
    expect(await focused()).toBe('grid')
    await page.keyboard.press('?')
    await page.getByRole('dialog', { name: 'Help' }).waitFor()
    // Keys belong to the dialog now.
    await page.keyboard.press('j')
    await page.keyboard.press('Escape')
    await page.getByRole('dialog', { name: 'Help' }).waitFor({ state: 'hidden' })
    expect(await active()).toBe('row-3')
    await page.keyboard.press('Escape')
    await expect.poll(() => rowsOn(page), WAIT).toHaveLength(5)
    await page.keyboard.press('p')
    expect(await page.locator('#connection').innerText()).toBe('Paused')
    expect(offences).toEqual([])
  })

  it('replays, in the same mode and in the other', async () => {
    await using served = await serveInspector()
    served.alb.exchange({ request: { target: '/a' } })
    await using open = await openPage(browser(), served)
    const { page, offences } = open
    await openRow(page, 1)
    await page.getByRole('button', { name: 'Replay in multi-value mode' }).click()
    await page.getByText('Sent again as #2').waitFor()
    await page.locator('#facts').getByText('multi-value').waitFor()
    expect(served.alb.replayed.map(({ mode }) => mode)).toEqual(['multi'])
    await page.locator('#row-2').getByText('replay of #1').waitFor()
    expect(new URL(page.url()).hash).toBe('#2')

    await page.getByRole('button', { name: 'Replay in single-value mode' }).waitFor()
    await page.keyboard.press('r')
    await page.getByText('Sent again as #3').waitFor()
    expect(served.alb.replayed.map(({ mode }) => mode)).toEqual(['multi', undefined])
    served.alb.replay = () => Promise.reject(new Error('no target any more'))
    await page.locator('#row-1').click()
    await page.getByRole('heading', { name: 'GET /a' }).waitFor()
    await page.getByRole('button', { name: 'Replay', exact: true }).click()
    await page.getByText('The request was not sent again: no target any more').waitFor()
    expect(offences).toEqual([])
  })

  it('does not offer to send again what it has not got', async () => {
    await using served = await serveInspector()
    const exchange = served.alb.start({ request: { method: 'POST' } })
    Object.assign(exchange.request, { hasBody: true })
    served.alb.end(exchange, answeredByFunction())
    await using open = await openPage(browser(), served)
    const { page } = open
    await openRow(page, 1)
    await page
      .getByText('It cannot be sent again. Its body was not read, so it was not kept.')
      .waitFor()
    expect(await page.getByRole('button', { name: 'Replay', exact: true }).isDisabled()).toBe(true)
    expect(await page.getByRole('button', { name: 'Copy as curl' }).isDisabled()).toBe(true)
  })

  it('copies as curl, and shows the command where copying is not allowed', async () => {
    await using served = await serveInspector()
    served.alb.exchange({ request: { target: '/a?b=1' } })
    await using open = await openPage(browser(), served, {
      context: { permissions: ['clipboard-read', 'clipboard-write'] },
    })
    const { page, offences } = open
    await openRow(page, 1)
    await page.getByRole('button', { name: 'Copy as curl' }).click()
    await page.getByText('Copied as curl').waitFor()
    const command =
      "curl -H 'User-Agent: curl/8.9.1' \\\n  -H 'Accept: */*' \\\n  'http://localhost:8080/a?b=1'"
    expect(await page.evaluate(() => navigator.clipboard.readText())).toBe(command)
    expect(offences).toEqual([])

    await using refused = await openPage(browser(), served, {
      init: () => {
        Object.defineProperty(navigator, 'clipboard', { value: undefined })
      },
    })
    await openRow(refused.page, 1)
    await refused.page.keyboard.press('c')
    const field = refused.page.getByLabel('Text to copy')
    await field.waitFor()
    expect(await field.inputValue()).toBe(command)
    const selected = await field.evaluate((area: HTMLTextAreaElement) => [
      document.activeElement === area,
      area.selectionEnd - area.selectionStart,
    ])
    expect(selected).toEqual([true, command.length])
    expect(refused.offences).toEqual([])
  })

  it('saves the event as a fixture', async () => {
    await using served = await serveInspector()
    const { event } = served.alb.exchange({ request: { method: 'POST', target: '/orders' } })
    await using open = await openPage(browser(), served)
    const { page, offences } = open
    await openRow(page, 1)
    for (const save of [
      () => page.getByRole('link', { name: 'Save event' }).click(),
      () => page.keyboard.press('s'),
    ]) {
      const [download] = await Promise.all([page.waitForEvent('download'), save()])
      expect(download.suggestedFilename()).toBe('event-1-post-orders.json')
      const saved = await readFile(await download.path(), 'utf8')
      expect(JSON.parse(saved)).toEqual(JSON.parse(event ?? ''))
    }
    expect(offences).toEqual([])
  })

  it('pauses and clears', async () => {
    await using served = await serveInspector()
    served.alb.exchange()
    await using open = await openPage(browser(), served)
    const { page, offences } = open
    await page.locator('#row-1').waitFor()
    await page.getByRole('button', { name: 'Pause' }).click()
    served.alb.exchange()
    await page.getByText('2 requests', { exact: true }).waitFor()
    expect(await rowsOn(page)).toEqual([1])
    await page.getByRole('button', { name: 'Resume' }).click()
    await expect.poll(() => rowsOn(page), WAIT).toEqual([2, 1])
    await page.getByRole('button', { name: 'Clear', exact: true }).click()
    await page.getByText('No requests yet').waitFor()
    expect((await served.ask('/api/exchanges/1')).status).toBe(404)
    expect(offences).toEqual([])
  })

  it('stays quick with ten thousand requests: few elements, the right rows', async () => {
    await using served = await serveInspector()
    for (let count = 1; count <= 10_000; count += 1) {
      served.alb.exchange({ request: { target: `/n/${count}` } })
    }
    await using open = await openPage(browser(), served)
    const { page, offences } = open
    await page.getByText('10,000 requests', { exact: true }).waitFor()
    const grid = page.getByRole('grid')
    expect(await grid.getAttribute('aria-rowcount')).toBe('10001')
    /** What a person sees first below the head. */
    const topmost = (): Promise<string | undefined> =>
      grid.evaluate((element) => {
        const { left, top } = element.getBoundingClientRect()
        const hit = document.elementFromPoint(left + 40, top + 32 + 18)
        return hit?.closest('.row')?.querySelector('.path')?.textContent ?? undefined
      })
    const scrollTo = (row: number): Promise<void> =>
      grid.evaluate((element, offset) => {
        element.scrollTop = offset * 36
      }, row)
    expect(await topmost()).toBe('/n/10000')
    for (const row of [1, 5_000, 4_990, 9_000, 17]) {
      await scrollTo(row)
      await expect.poll(topmost, WAIT).toBe(`/n/${10_000 - row}`)
    }
    await grid.press('End')
    await page.locator('#row-1[aria-selected="true"]').waitFor()
    expect(await page.locator('#row-1').getAttribute('aria-rowindex')).toBe('10001')
    await page.keyboard.press('PageUp')
    await expect
      .poll(() => page.locator('#row-1').getAttribute('aria-selected'), WAIT)
      .toBe('false')
    expect(await page.locator('.row').count()).toBeLessThan(60)
    expect(await page.evaluate(() => document.querySelectorAll('*').length)).toBeLessThan(1_500)

    // News neither move what is being read nor go unnoticed.
    await scrollTo(5_000)
    await expect.poll(topmost, WAIT).toBe('/n/5000')
    for (let count = 10_001; count <= 10_030; count += 1) {
      served.alb.exchange({ request: { target: `/n/${count}` } })
    }
    const newer = page.getByRole('button', { name: '30 newer requests' })
    await newer.waitFor()
    expect(await topmost()).toBe('/n/5000')
    // The oldest made room.
    expect(await grid.getAttribute('aria-rowcount')).toBe('10001')
    await newer.click()
    await expect.poll(topmost, WAIT).toBe('/n/10030')
    expect(await newer.isVisible()).toBe(false)
    // Another list is shown from its top, wherever the last one was.
    await scrollTo(3_000)
    await page.getByLabel('Filter requests').fill('-/n/1')
    await expect.poll(topmost, WAIT).toBe('/n/9999')
    await page.getByLabel('Filter requests').fill('/n/777')
    await expect
      .poll(() => rowsOn(page), WAIT)
      .toEqual([7779, 7778, 7777, 7776, 7775, 7774, 7773, 7772, 7771, 7770, 777])
    expect(offences).toEqual([])
  })

  it('comes back by itself when the inspector does', async () => {
    await using served = await serveInspector({ title: 'before' })
    served.alb.exchange({ request: { target: '/old' } })
    await using open = await openPage(browser(), served)
    const { page } = open
    await page.locator('#row-1').waitFor()
    await served.inspector.close()
    await page.getByText('Disconnected, trying again…').waitFor()
    // What is known stays on the screen meanwhile.
    expect(await page.locator('#row-1').isVisible()).toBe(true)
    const again = createInspector(served.alb, { title: 'after' })
    served.alb.exchange({ request: { target: '/new' } })
    try {
      await again.listen(served.port)
      await page.getByRole('heading', { name: 'after' }).waitFor()
      await page.getByText('Live', { exact: true }).waitFor()
      await expect.poll(() => rowsOn(page), WAIT).toEqual([2])
    } finally {
      await again.close()
    }
  })

  it('opens at a request by its address, and says when that is gone', async () => {
    await using served = await serveInspector()
    served.alb.exchange({ request: { target: '/a' } })
    served.alb.exchange({ request: { target: '/b' } })
    await using open = await openPage(browser(), served, { hash: '#1' })
    await open.page.getByRole('heading', { name: 'GET /a' }).waitFor()
    await open.page.locator('#row-1[aria-selected="true"]').waitFor()
    await using gone = await openPage(browser(), served, { hash: '#77' })
    await gone.page
      .getByText('Request 77 is not kept any more; newer ones have taken its place.')
      .waitFor()
    expect([...open.offences, ...gone.offences]).toEqual([])
  })

  it('on a narrow screen shows the details instead of the list, and leads back', async () => {
    await using served = await serveInspector()
    refuse(served.alb)
    await using open = await openPage(browser(), served, {
      context: { viewport: { width: 375, height: 700 } },
    })
    const { page, offences } = open
    await openRow(page, 1)
    expect(await page.getByRole('grid').isVisible()).toBe(false)
    await page.getByText('the ALB takes strings only').waitFor()
    const width = await page.evaluate(() => document.documentElement.scrollWidth)
    expect(width).toBe(375)
    await page.getByRole('button', { name: 'Requests' }).click()
    await page.locator('#row-1').waitFor()
    expect(offences).toEqual([])
  })
})
