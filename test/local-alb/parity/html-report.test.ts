import type { RequestListener } from 'node:http'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import type { Page } from 'playwright-core'
import { readFileSync } from 'node:fs'
import { expect, it } from 'vitest'
import { describeInBrowser } from '../../helpers/browser.js'
import { findFaintText } from '../../helpers/faint-text.js'
import { compare, folderOf } from './two-sides.js'

/** Everything that a page must not take for its own. */
const HOSTILE = `</script></style><script>alert('x')</script><img src=x onerror="alert(1)">"' onmouseover='alert(1) &lt; \u202Etxt.exe\u0007`

const hostile =
  (which: string): RequestListener =>
  (request, response) => {
    response.setHeader('x-hostile', `${which}<script>alert(2)</script>"'`)
    response.setHeader('set-cookie', `a=${which}<b>"; Path=/"><script>alert(3)</script>`)
    const isJson = request.url?.startsWith('/json') === true
    response.setHeader('content-type', isJson ? 'application/json' : 'text/html')
    response.end(
      isJson
        ? JSON.stringify({ [`${HOSTILE} key`]: `${which} ${HOSTILE}` })
        : `${which}\n${HOSTILE}\n${'same\n'.repeat(50)}`,
    )
  }

const PATHS = `GET /json?<script>alert(4)</script>
GET /html"onload="alert(5)
  Cookie: sid=top-secret
  Authorization: Bearer top-secret
GET /picture
GET /same
GET /four`

const picture =
  (which: number): RequestListener =>
  (request, response) => {
    if (request.url === '/same') response.end()
    else if (request.url === '/picture') {
      response.setHeader('content-type', 'image/gif')
      response.end(Buffer.concat([GIF, Buffer.alloc(100, which)]))
    } else hostile(String(which))(request, response)
  }

const GIF = Buffer.from('R0lGODlhAQABAAAAACwAAAAAAQABAAACADs=', 'base64')

/** A report of hostile answers; where it is and what it says. */
async function writeReport(): Promise<{ readonly file: string; readonly text: string }> {
  const file = join(folderOf({}), 'report.html')
  await compare(PATHS, picture(1), picture(2), { html: file })
  return { file, text: readFileSync(file, 'utf8') }
}

it('holds nothing that is fetched from elsewhere, and no secret of the requests', async () => {
  const { text } = await writeReport()
  expect(text).not.toMatch(/<link|<iframe|<object|@import|url\(|srcset/i)
  expect([...text.matchAll(/\ssrc="([^"]{0,20})/g)].map(([, source]) => source)).toEqual([
    expect.stringMatching(/^data:image\/gif;base/),
    expect.stringMatching(/^data:image\/gif;base/),
  ])
  expect(text).not.toContain('top-secret')
  expect(text).toContain('Authorization: (hidden)')
  // Its own two and no more.
  expect(text.match(/<script/g)).toHaveLength(1)
  expect(text.match(/<style/g)).toHaveLength(1)
})

describeInBrowser('the report in a browser', (browser) => {
  /** The page, and all that it did and should not have. */
  async function open(
    file: string,
    colorScheme: 'light' | 'dark' = 'light',
  ): Promise<{ readonly page: Page; readonly offences: readonly string[] }> {
    const page = await browser().newPage({ colorScheme, viewport: { width: 1280, height: 800 } })
    const offences: string[] = []
    page.on('console', (message) => offences.push(message.text()))
    page.on('pageerror', (error) => offences.push(error.message))
    page.on('dialog', (dialog) => {
      offences.push(`dialog: ${dialog.message()}`)
      void dialog.dismiss()
    })
    page.on('request', (request) => {
      if (!/^(?:file|data):/.test(request.url())) offences.push(request.url())
    })
    await page.goto(pathToFileURL(file).href)
    return { page, offences }
  }

  it('shows hostile answers as text, and runs nothing of them', async () => {
    const { file } = await writeReport()
    const { page, offences } = await open(file)
    for (const summary of await page.locator('.request > summary').all()) await summary.click()
    expect(await page.locator('body script').count()).toBe(1)
    expect(await page.locator('[onerror], [onmouseover], [onload]').count()).toBe(0)
    const shown = await page.locator('#requests').innerText()
    expect(shown).toContain(`<img src=x onerror="alert(1)">`)
    expect(shown).toContain(`</script></style><script>alert('x')</script>`)
    expect(shown).toContain(`1<script>alert(2)</script>"'`)
    expect(shown).toContain('\\u202etxt.exe\\u0007')
    expect(
      await page
        .locator('img')
        .evaluateAll((all) => all.every((one) => (one as HTMLImageElement).naturalWidth === 1)),
    ).toBe(true)
    expect(offences).toEqual([])
    await page.close()
  })

  it('stands lines side by side, marks what differs in them, and leaves out the rest', async () => {
    const { file } = await writeReport()
    const { page } = await open(file)
    const request = page.locator('#r2')
    await request.locator('summary').first().click()
    const row = request.locator('.diff tr.changed')
    expect(await row.locator('td').allInnerTexts()).toEqual(['1', '1', '1', '2'])
    expect(await row.locator('del').innerText()).toBe('1')
    expect(await row.locator('ins').innerText()).toBe('2')
    expect(await request.locator('.gap').innerText()).toMatch(/^\d+ lines without a difference$/)
    await page.close()
  })

  it('filters by text and by what differs, opens all, and opens what a link names', async () => {
    const { file } = await writeReport()
    const { page, offences } = await open(file)
    const visible = page.locator('.request:visible')
    expect(await visible.count()).toBe(4)
    await page.keyboard.press('/')
    await page.keyboard.type('get /HTML')
    expect(await visible.getAttribute('id')).toBe('r2')
    expect(await page.locator('#shown').innerText()).toBe('1 of 4 are shown')
    await page.locator('#text').fill('')
    await page.getByRole('button', { name: /^cookie/ }).click()
    expect(await visible.count()).toBe(3)
    await page.locator('#open-all').click()
    expect(await page.locator('.request[open]').count()).toBe(3)
    await page.locator('#open-all').click()
    expect(await page.locator('.request[open]').count()).toBe(0)
    await page.evaluate(() => {
      location.hash = '#r3'
    })
    await page.locator('#r3[open]').waitFor({ state: 'attached' })
    expect(offences).toEqual([])
    await page.close()
  })

  it.each(['light', 'dark'] as const)('has enough contrast: %s', async (scheme) => {
    const { file } = await writeReport()
    const { page } = await open(file, scheme)
    await page.evaluate(() => {
      for (const details of document.querySelectorAll('details')) details.open = true
    })
    expect(await page.evaluate(findFaintText)).toEqual([])
    // And the other way round by its button.
    await page.locator('#scheme').click()
    expect(await page.evaluate(findFaintText)).toEqual([])
    await page.close()
  })
})
