import type { Page } from 'playwright-core'
import { afterAll, expect, it } from 'vitest'
import { withRunLock } from '../../../src/effects/store/lock.ts'
import { reachable } from '../../../src/model/path.ts'
import { nodeSystem } from '../../../src/system/node.ts'
import { closeBrowser, lacksBrowser, tab } from '../../support/browser.ts'
import { describeUnless } from '../../support/left-out.ts'
import { ui } from '../../support/ui.ts'
import { codeFile, type Home, home } from '../support/place.ts'
import { edit, looking } from './looking.ts'

afterAll(closeBrowser)

const screens = ['Servers', 'Health', 'Keys', 'Memory', 'Work', 'History', 'Trust'] as const

/** Opens a screen of the page and waits until it shows all that it can. */
async function open(page: Page, name: string): Promise<void> {
  await page.goto(`${new URL(page.url()).origin}/#/${name.toLowerCase()}`)
  await page.getByRole('heading', { level: 1, name, exact: true }).waitFor()
  await page.locator('main[aria-busy="false"]').waitFor()
}

async function pageOf(place: Home): Promise<Page> {
  const page = await tab()
  await page.goto((await ui(place)).url)
  await page.getByRole('heading', { level: 1, name: 'Servers' }).waitFor()
  return page
}

describeUnless(lacksBrowser, 'every screen', () => {
  it('of a home that has nothing yet says so in a sentence', async () => {
    const page = await pageOf(home())
    for (const [name, words] of [
      ['Servers', 'No servers yet.'],
      ['Keys', 'No server asks for a key.'],
      ['Memory', 'Nothing is remembered yet.'],
      ['Work', 'No question waits.'],
      ['History', 'No command has changed anything yet.'],
      ['Trust', 'No project is trusted.'],
    ] as const) {
      await open(page, name)
      await page.getByText(words).waitFor()
      expect(await page.getByRole('table').count(), name).toBe(0)
    }
    await open(page, 'Servers')
    await page.getByText('mcp-twin init').waitFor()
  })

  it('draws its frame at once, while what it shows is still read', async () => {
    const { page } = await looking()
    await open(page, 'Trust')
    let release = () => {}
    const held = new Promise<void>((resolve) => {
      release = resolve
    })
    await page.route(/\/api\/(?!about|live|enter)/, async (route) => {
      await held
      await route.continue()
    })
    for (const name of screens) {
      await page.reload()
      await page.goto(`${new URL(page.url()).origin}/#/${name.toLowerCase()}`)
      await page.getByRole('heading', { level: 1, name, exact: true }).waitFor()
      await page.locator('main[aria-busy="true"]').waitFor()
      expect(await page.getByRole('alert').count(), name).toBe(0)
    }
    release()
    await page.locator('main[aria-busy="false"]').waitFor()
  })

  it('shows a broken manifest as where it is broken, if it needs the manifest, and else what it has', async () => {
    const { place, page } = await looking()
    expect((await place.run(['memory', 'set', 'port', '4000'])).code).toBe(0)
    place.write('.mcp-twin/mcp-twin.json', '{ "version": 1,\n  "servers": }')
    for (const name of ['Servers', 'Keys']) {
      await open(page, name)
      await page
        .getByRole('alert')
        .getByText(/mcp-twin\.json:2:\d+/)
        .waitFor()
    }
    for (const [name, table] of [
      ['Memory', 'Memory'],
      ['History', 'Runs'],
    ] as const) {
      await open(page, name)
      await page.getByRole('table', { name: table }).waitFor()
    }
    for (const name of screens) {
      await open(page, name)
      expect(await page.getByText(/unexpected error/i).count(), name).toBe(0)
    }
  })

  it('says that the program has ended, and nothing else', async () => {
    const place = home()
    const running = await ui(place)
    const page = await tab()
    await page.goto(running.url)
    await page.getByRole('heading', { level: 1, name: 'Servers' }).waitFor()
    await page.getByText('Live', { exact: true }).waitFor()
    await running.ended('SIGINT')
    for (const name of screens) {
      await page.goto(`http://127.0.0.1:${running.port}/#/${name.toLowerCase()}`)
      await page.getByText('It has ended.').waitFor()
      expect(await page.getByRole('button').count(), name).toBe(0)
    }
  })

  it('is read while another run holds the lock; a change waits, says for whom, gives up, and can be tried again', async () => {
    const { place, page } = await looking()
    edit(place, ['edited'])
    await page.getByRole('link', { name: 'tiny, Claude Code, Linux: differs' }).waitFor()
    await withRunLock(nodeSystem(), reachable(place.path('.mcp-twin')), 'linux', async () => {
      for (const name of screens) {
        await open(page, name)
        expect(await page.getByRole('alert').count(), name).toBe(0)
      }
      await page.goto(`${new URL(page.url()).origin}/#/servers/tiny`)
      await page.getByRole('button', { name: 'Put back' }).first().click()
      const plan = page.getByRole('dialog', { name: 'Plan' })
      const [answer] = await Promise.all([
        page.waitForResponse((each) => each.url().endsWith('/api/do')),
        plan.getByRole('button', { name: 'Do it' }).click(),
        plan.getByText(`Waiting for another run: process ${process.pid}`).waitFor(),
      ])
      expect(answer.status()).toBe(423)
      await plan.getByRole('alert').getByText('another mcp-twin is running').waitFor()
      expect(place.servers(codeFile)).toMatchObject({ tiny: { args: ['edited'] } })
    })
    const plan = page.getByRole('dialog', { name: 'Plan' })
    await plan.getByRole('button', { name: 'Do it' }).click()
    await plan.waitFor({ state: 'detached' })
    expect(place.servers(codeFile)).toMatchObject({ tiny: place.tiny })
  })
})
