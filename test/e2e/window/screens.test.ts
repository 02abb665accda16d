import { readFileSync, writeFileSync } from 'node:fs'
import type { Page } from 'playwright-core'
import { afterAll, expect, it } from 'vitest'
import { closeBrowser, lacksBrowser, tab } from '../../support/browser.ts'
import { describeUnless } from '../../support/left-out.ts'
import { ui } from '../../support/ui.ts'
import { world } from '../../support/world.ts'
import type { Home } from '../support/place.ts'
import { looking, violations } from './looking.ts'

afterAll(closeBrowser)

const go = (page: Page, address: string) => page.goto(`${new URL(page.url()).origin}/#${address}`)
const doIt = (page: Page) => page.getByRole('dialog', { name: 'Plan' }).getByRole('button', { name: 'Do it' }).click()

describeUnless(lacksBrowser, 'a screen', () => {
  it('of a thing that is gone gives way to the one before it', async () => {
    const { place, page, wrong } = await looking()
    expect((await place.run(['memory', 'set', 'api/port', '4000'])).code).toBe(0)
    await go(page, '/memory/shared/api%2Fport')
    await page.getByRole('button', { name: 'Delete' }).click()
    await doIt(page)
    await page.getByText('Nothing is remembered yet.').waitFor()
    expect(new URL(page.url()).hash).toBe('#/memory')
    await go(page, '/servers/tiny')
    await page.getByRole('button', { name: 'Rename' }).click()
    const rename = page.getByRole('dialog', { name: 'Rename tiny' })
    await rename.getByLabel('New name').fill('small')
    await rename.getByRole('button', { name: 'Next' }).click()
    await doIt(page)
    await page.getByRole('heading', { level: 1, name: 'small' }).waitFor()
    await page.getByRole('button', { name: 'Remove', exact: true }).click()
    await doIt(page)
    await page.getByRole('heading', { level: 1, name: 'Servers' }).waitFor()
    await page.getByRole('rowheader', { name: 'small' }).waitFor({ state: 'detached' })
    expect(wrong).toEqual([])
  })

  it('of an entry that somebody else deleted says so, and offers nothing for it', async () => {
    const { place, page } = await looking()
    expect((await place.run(['memory', 'set', 'port', '4000'])).code).toBe(0)
    await go(page, '/memory/shared/port')
    await page.getByRole('button', { name: 'Delete' }).waitFor()
    expect((await place.run(['memory', 'delete', 'port'])).code).toBe(0)
    await page.getByRole('alert').getByText('There is no "port"').waitFor()
    expect(await page.getByRole('button', { name: 'Delete' }).count()).toBe(0)
  })

  it('is drawn for an address that no browser spells, too', async () => {
    const { page, wrong } = await looking()
    await go(page, '/servers/50%')
    await page.getByRole('heading', { level: 1, name: '50%' }).waitFor()
    await page.getByRole('navigation', { name: 'Main' }).getByRole('link', { name: 'Servers' }).click()
    await page.getByRole('table', { name: 'Servers' }).waitFor()
    expect(wrong).toEqual([])
  })

  it('of a server has its tools with their weight, and its keys', async () => {
    const { page } = await looking()
    await go(page, '/servers/other')
    const tools = page.getByRole('table', { name: 'Tools' })
    await page.getByRole('heading', { level: 1, name: 'other' }).waitFor()
    await page.getByRole('button', { name: 'Set UI_KEY' }).waitFor()
    await page.getByRole('button', { name: 'Try' }).click()
    await page.getByText('answers, 1 tool').waitFor()
    await tools
      .getByText(/^~\d+$/)
      .first()
      .waitFor()
    await page.getByRole('link', { name: 'Keys' }).last().click()
    const keys = page.getByRole('table', { name: 'Keys' })
    await keys.getByText('✓ Claude Code, Linux').waitFor()
  })

  it('of Keys says which program has another value', async () => {
    const plant = (place: Home) => {
      const file = place.readJson('.claude.json') as { mcpServers: { other: { env: object } } }
      Object.assign(file.mcpServers.other.env, { UI_KEY: 'another-key-0a1b2c3d4e5f6071' })
      place.write('.claude.json', JSON.stringify(file))
    }
    const { page } = await looking({ plant })
    await go(page, '/keys')
    await page.getByRole('table', { name: 'Keys' }).getByText('! Claude Code, Linux: another value').waitFor()
  })

  it('breaks no state and no label where it is narrow', async () => {
    const { page } = await looking({ width: 320 })
    // A line is 22.5 pixels high.
    const lines = async (text: string) => {
      const all = page.getByText(text, { exact: true }).first()
      await all.waitFor()
      return Math.round(((await all.boundingBox())?.height ?? 0) / 22.5)
    }
    await go(page, '/servers/other')
    expect(await lines('✓ in sync')).toBe(1)
    await go(page, '/keys')
    expect(await lines('✓ Claude Code, Linux')).toBeLessThanOrEqual(2)
  })

  it('of Memory shows one namespace, also one of which nothing is on the page', async () => {
    const { place, page } = await looking()
    expect((await place.run(['memory', 'set', 'ours', 'x', '--namespace', 'shop'])).code).toBe(0)
    const line = (_: unknown, n: number) => JSON.stringify({ type: 'entity', name: `entry-${n}`, entityType: 'note', observations: ['x'] })
    const many = Array.from({ length: 120 }, line).join('\n')
    expect((await place.run(['memory', 'import', '-'], { input: many })).code).toBe(0)
    expect((await place.run(['memory', 'set', 'all', 'x'])).code).toBe(0)
    await go(page, '/memory')
    const table = page.getByRole('table', { name: 'Memory' })
    await table.getByRole('rowheader', { name: 'all' }).waitFor()
    await page.getByRole('combobox', { name: 'Namespace' }).selectOption('shop')
    await table.getByRole('rowheader', { name: 'all' }).waitFor({ state: 'detached' })
    await table.getByRole('rowheader', { name: 'ours' }).waitFor()
    await page.getByRole('combobox', { name: 'Namespace' }).selectOption('')
    await table.getByRole('rowheader', { name: 'all' }).waitFor()
  })

  it('of Memory shows how each value begins, and no key in it', async () => {
    const { place, page } = await looking()
    const key = 'k3y-of-nobody-0123456789'
    expect((await place.run(['memory', 'set', 'login', 'We chose JWT'])).code).toBe(0)
    // Long, and stored before anybody knew that a part of it is a key: the key lies where the value is cut.
    expect((await place.run(['memory', 'set', 'long', `${'x'.repeat(190)}${key}`])).code).toBe(0)
    expect((await place.run(['secret', 'set', 'SOME_KEY'], { input: key })).code).toBe(0)
    await go(page, '/memory')
    const table = page.getByRole('table', { name: 'Memory' })
    await table.getByRole('row', { name: /login/ }).getByText('We chose JWT').waitFor()
    await table.getByRole('row', { name: /long/ }).getByText('xxxx').waitFor()
    expect(await table.textContent()).not.toContain(key.slice(0, 6))
  })

  it('of History says what a run did to which server', async () => {
    const { place, page } = await looking()
    expect((await place.run(['disable', 'tiny'])).code).toBe(0)
    await go(page, '/history')
    await page.getByRole('table', { name: 'Runs' }).getByText('removed tiny (').first().waitFor()
  })

  it('of Trust asks for a folder, and leaves the yes to the terminal', async () => {
    const { place, page } = await looking()
    place.write('site/mcp-twin.json', JSON.stringify({ version: 1, servers: { tiny: place.tiny } }))
    await go(page, '/trust')
    await page.getByText('No project is trusted.').waitFor()
    await page.getByRole('button', { name: 'Trust…' }).click()
    const dialog = page.getByRole('dialog', { name: 'Trust a project' })
    await dialog.getByRole('textbox', { name: 'Its folder' }).fill(place.path('site'))
    await dialog.getByRole('button', { name: 'Next' }).click()
    await page.getByRole('dialog', { name: 'Plan' }).getByRole('button', { name: 'Ask in the terminal' }).waitFor()
    expect(await violations(page)).toEqual([])
  })

  it('of Work opens a handoff', async () => {
    const { place, page } = await looking()
    const words = [
      'handoff',
      'new',
      'Login form',
      '--goal',
      'Users can log in',
      '--section',
      '1 Design: one form',
      '--acceptance',
      'it works',
    ]
    expect((await place.run(words)).code).toBe(0)
    await go(page, '/work')
    await page.getByRole('table', { name: 'Handoffs' }).getByRole('link', { name: 'Login form' }).click()
    await page.getByRole('heading', { level: 1, name: 'Login form' }).waitFor()
    for (const text of ['Users can log in', 'Done when: it works', 'one form']) await page.getByText(text).waitFor()
  })
})

describeUnless(lacksBrowser, 'the page of two sides', () => {
  const alone = JSON.stringify({
    ...{ manifest_version: '0.4', name: 'notes', version: '1.0.0', description: 'notes', author: { name: 'ana' } },
    server: { type: 'node', entry_point: 'server/index.js', mcp_config: { command: 'node', args: ['${__dirname}/server/index.js'] } },
  })
  const base = 'AppData\\Roaming\\Claude'
  const sides = (runnable: boolean) =>
    world()
      .wsl('Ubuntu')
      .client('claude-code', '{"mcpServers":{"tiny":{"command":"true"}}}')
      .windows({ runnable })
      .client('claude-desktop', '{}')
      .file(`${base}\\Claude Extensions\\local.mcpb.ana.notes\\manifest.json`, alone)
      .file(`${base}\\Claude Extensions\\local.mcpb.ana.notes\\server\\index.js`, '')
      .file(`${base}\\Claude Extensions Settings\\local.mcpb.ana.notes.json`, '{"isEnabled":true}')
      .build()
  const looked = async (runnable: boolean, width = 1280) => {
    const planted = sides(runnable)
    const { code, output } = await planted.cli(['init', '--yes', '--no-bridge'])
    expect([0, 1, 3], output).toContain(code)
    const desktop = planted.side('windows')
    // Nobody agreed to start it so.
    desktop.write(desktop.clientFile('claude-desktop'), '{"mcpServers":{"own":{"command":"true","args":["--own"]}}}')
    const open = await ui({ home: planted.scratch.home, env: planted.env() })
    const page = await tab({ width })
    await page.goto(open.url)
    await page.getByRole('table', { name: 'Servers' }).waitFor()
    return { planted, page }
  }

  it('says in its column that a side is not reached', async () => {
    const { page } = await looked(false)
    const column = page.getByRole('columnheader', { name: 'Claude Desktop, Windows', exact: true })
    await column.getByRole('link', { name: '! not reached' }).click()
    await page.getByText('programs of Windows cannot be started from here').first().waitFor()
  })

  it.each([1280, 320])('says of a second distribution that it is asleep, %i columns wide', async (width) => {
    const planted = world().wsl('Ubuntu').client('claude-code', '{}').wsl('Debian').windows().client('claude-desktop', '{}').build()
    const manifest = { version: 1, bridge: { enabled: false }, distros: ['Ubuntu', 'Debian'], servers: { tiny: { command: 'true' } } }
    planted.self.write('.mcp-twin/mcp-twin.json', JSON.stringify(manifest))
    expect((await planted.cli(['sync', '--no-try'])).code).toBe(0)
    const file = planted.env().MCP_TWIN_WORLD ?? ''
    const seen = JSON.parse(readFileSync(file, 'utf8')) as { environments: Record<string, unknown>[] }
    const trouble = { reason: 'the distribution Debian is asleep, and looking does not wake it', hint: 'in PowerShell: wsl -d Debian' }
    const asleep = seen.environments.map(({ exec, ...each }) =>
      each.id === 'wsl:Debian' ? { ...each, files: [], asleep: true, trouble } : { ...each, exec },
    )
    writeFileSync(file, JSON.stringify({ environments: asleep }))
    const page = await tab({ width })
    await page.goto((await ui({ home: planted.scratch.home, env: planted.env() })).url)
    await page.getByRole('table', { name: 'Servers' }).waitFor()
    if (width > 400) {
      await page.getByRole('columnheader', { name: 'Claude Code, Debian', exact: true }).getByRole('link', { name: '! asleep' }).waitFor()
    } else await page.getByText('Debian ! asleep').waitFor()
    expect(await violations(page)).toEqual([])
    expect(await page.evaluate('document.documentElement.scrollWidth')).toBeLessThanOrEqual(width)
    await page.getByRole('link', { name: '! asleep' }).first().click()
    await page.getByText('the distribution Debian is asleep').first().waitFor()
  })

  it('says so where there is no room for columns, too', async () => {
    const { page } = await looked(false, 320)
    await page.getByText('Windows ! not reached').waitFor()
    expect(await violations(page)).toEqual([])
    expect(await page.evaluate('document.documentElement.scrollWidth')).toBeLessThanOrEqual(320)
  })

  it('shows what only one program has: its own entries, and extensions', async () => {
    const { planted, page } = await looked(true)
    expect(await page.getByRole('columnheader').allTextContents()).toEqual(
      expect.arrayContaining(['Claude Code, Ubuntu', 'Claude Desktop, Windows']),
    )
    await page.getByRole('listitem').filter({ hasText: 'notes' }).getByText('mcp-twin add extension:local.mcpb.ana.notes').waitFor()
    await page.getByRole('button', { name: 'Take over own' }).click()
    const plan = page.getByRole('dialog', { name: 'Plan' })
    await plan.getByText('mcp-twin sync --adopt own').waitFor()
    await plan.getByRole('button', { name: 'Ask in the terminal' }).click()
    await plan.getByText('This is answered in a terminal.').waitFor()
    expect(planted.self.read('.mcp-twin/mcp-twin.json')).not.toContain('"own"')
  })
})
