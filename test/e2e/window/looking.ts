import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import type { Page } from 'playwright-core'
import { expect } from 'vitest'
import { tab } from '../../support/browser.ts'
import { ui } from '../../support/ui.ts'
import { codeFile, type Home, home } from '../support/place.ts'

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')

/** What axe says against a page, WCAG 2.2 A and AA. It is put in by the browser itself, past the page's own policy. */
export async function violations(page: Page): Promise<unknown> {
  const session = await page.context().newCDPSession(page)
  const script = `${axe}; axe.run(document, { runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa'] }).then((found) => found.violations.map(({ id, nodes }) => id + ': ' + nodes.map(({ html }) => html).join(' ')))`
  const { result } = await session.send('Runtime.evaluate', { expression: script, awaitPromise: true, returnByValue: true })
  return result.value
}

/** The page of a home with two synced servers, in a browser; `wrong` grows with whatever the page must not do. */
export async function looking(options: Parameters<typeof tab>[0] & { plant?: (place: Home) => unknown } = {}) {
  const place = home()
  place.manifest({ tiny: place.tiny, other: { ...place.tiny, env: { UI_KEY: '${secret:UI_KEY}' } } })
  await place.run(['secret', 'set', 'UI_KEY'], { input: 'old-key-0a1b2c3d4e5f6071' })
  const synced = await place.run(['sync'])
  expect(synced.code, synced.output).toBe(0)
  await options.plant?.(place)
  const open = await ui(place)
  const page = await tab(options)
  const wrong: string[] = []
  page.on('pageerror', (error) => wrong.push(String(error)))
  page.on('console', (message) => {
    if (/Content Security Policy|Trusted/i.test(message.text())) wrong.push(message.text())
  })
  page.on('request', (request) => {
    if (new URL(request.url()).host !== `127.0.0.1:${open.port}`) wrong.push(request.url())
  })
  await page.goto(open.url)
  await page.getByRole('heading', { level: 1, name: 'Servers' }).waitFor()
  return { place, open, page, wrong }
}

/** An edit by hand. */
export const edit = (place: Home, args: readonly string[]): void => {
  const file = place.readJson(codeFile) as { mcpServers: { tiny: object } }
  Object.assign(file.mcpServers.tiny, { args })
  place.write(codeFile, JSON.stringify(file))
}
