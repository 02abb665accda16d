import type { Page } from 'playwright-core'
import { afterAll, expect, it } from 'vitest'
import { closeBrowser, lacksBrowser, tab } from '../../support/browser.ts'
import { describeUnless } from '../../support/left-out.ts'
import { cli, cliPath } from '../../support/cli.ts'
import { nodePath } from '../../support/machine.ts'
import { greeted } from '../../support/mcp.ts'
import { filesWith } from '../../support/processes.ts'
import { ask, ui } from '../../support/ui.ts'
import { codeFile, type Home, home } from '../support/place.ts'
import { edit, looking, violations } from './looking.ts'

afterAll(closeBrowser)

const KEY = 'ui-key-5b7d9f1a3c5e7092'
const nasty = '<img src=x onerror=document.title="hacked">\u202e\u200b'

describeUnless(lacksBrowser, 'the page in a browser', () => {
  it('shows who has what, what differs, and puts it back', async () => {
    const { place, page, wrong } = await looking()
    await page.getByRole('table', { name: 'Servers' }).waitFor()
    expect(await page.title()).toBe('Servers · mcp-twin')
    expect(page.url(), 'the ticket is gone').not.toContain('mtu_')
    expect(await page.getByRole('columnheader').allTextContents()).toEqual(expect.arrayContaining(['Claude Code, Linux']))
    edit(place, ['edited'])
    const cell = page.getByRole('link', { name: 'tiny, Claude Code, Linux: differs' })
    await cell.waitFor()
    await cell.click()
    await page.getByRole('heading', { level: 1, name: 'tiny' }).waitFor()
    const table = page.getByRole('table', { name: 'Difference' }).first()
    await table.waitFor()
    expect(await table.getByRole('rowheader').allTextContents()).toEqual(['args'])
    expect(await table.textContent()).toContain('edited')
    await page.getByRole('button', { name: 'Put back' }).first().click()
    const plan = page.getByRole('dialog', { name: 'Plan' })
    await plan.getByText('mcp-twin sync tiny --force').waitFor()
    await plan.getByRole('button', { name: 'Do it' }).click()
    await plan.waitFor({ state: 'detached' })
    expect(place.servers(codeFile)).toMatchObject({ tiny: place.tiny })
    await table.waitFor({ state: 'detached' })
    await page.goBack()
    await page.getByRole('heading', { level: 1, name: 'Servers' }).waitFor()
    expect(wrong).toEqual([])
  })

  it('says when something changed between plan and click, and shows the new plan', async () => {
    const { place, page } = await looking()
    edit(place, ['one'])
    await page.getByRole('link', { name: 'tiny, Claude Code, Linux: differs' }).click()
    await page.getByRole('button', { name: 'Put back' }).first().click()
    const plan = page.getByRole('dialog', { name: 'Plan' })
    await plan.getByRole('button', { name: 'Do it' }).waitFor()
    edit(place, ['two'])
    await plan.getByRole('button', { name: 'Do it' }).click()
    await plan.getByText('This changed meanwhile').waitFor()
    expect(place.servers(codeFile)).toMatchObject({ tiny: { args: ['two'] } })
    await page.keyboard.press('Escape')
    await plan.waitFor({ state: 'detached' })
    expect(await page.evaluate('document.activeElement.textContent')).toBe('Put back')
  })

  it('takes a key and forgets it', async () => {
    const { place, page, wrong } = await looking()
    await page.getByRole('navigation', { name: 'Main' }).getByRole('link', { name: /^Keys/ }).click()
    await page.getByRole('button', { name: 'Set UI_KEY' }).click()
    const dialog = page.getByRole('dialog', { name: 'Set UI_KEY' })
    await dialog.getByLabel('New value').fill(KEY)
    await dialog.getByRole('button', { name: 'Save' }).click()
    const plan = page.getByRole('dialog', { name: 'Plan' })
    await plan.getByRole('button', { name: 'Do it' }).click()
    await plan.waitFor({ state: 'detached' })
    expect(place.servers(codeFile)).toMatchObject({ other: { env: { UI_KEY: KEY } } })
    await page.getByRole('button', { name: 'Set UI_KEY' }).click()
    expect(await dialog.getByLabel('New value').inputValue()).toBe('')
    expect(await page.content()).not.toContain(KEY)
    expect(await page.evaluate('JSON.stringify([sessionStorage, localStorage])')).not.toContain(KEY)
    expect(filesWith(KEY, [place.path('.mcp-twin', 'bridge')])).toEqual([])
    expect(wrong).toEqual([])
  })

  it('shows what is remembered and what happened, as it happens, and deletes an entry', async () => {
    const { place, page, wrong } = await looking()
    const main = page.getByRole('navigation', { name: 'Main' })
    await main.getByRole('link', { name: 'Memory' }).click()
    await page.getByText('Nothing is remembered yet.').waitFor()
    for (const key of ['auth', 'port']) expect((await place.run(['memory', 'set', key, 'JWT', '--rationale', 'why'])).code).toBe(0)
    const table = page.getByRole('table', { name: 'Memory' })
    await table.getByRole('rowheader', { name: 'port' }).waitFor()
    await table.getByRole('rowheader', { name: 'auth' }).waitFor()
    await page.getByRole('searchbox', { name: 'Search memory' }).fill('auth')
    await table.getByText('JWT').first().waitFor()
    await table.getByRole('rowheader', { name: 'port' }).waitFor({ state: 'detached' })
    await page.getByRole('button', { name: 'Delete auth' }).click()
    await page.getByRole('dialog', { name: 'Plan' }).getByRole('button', { name: 'Do it' }).click()
    await page.getByText('Nothing was found.').waitFor()
    expect((await place.run(['memory', 'list', '--json'])).json.entries).toMatchObject([{ key: 'port' }])
    await main.getByRole('link', { name: 'History' }).click()
    await page.getByRole('table', { name: 'Runs' }).getByText('sync').waitFor()
    await page.getByRole('log', { name: 'Events' }).getByText('window · memory delete').waitFor()
    // It brings back nothing that nobody agreed to, so the page alone does it.
    await page.getByRole('button', { name: 'Undo this run' }).first().click()
    await page.getByRole('dialog', { name: 'Plan' }).getByRole('button', { name: 'Do it' }).click()
    await page.getByRole('table', { name: 'Runs' }).getByText('undo').first().waitFor()
    expect(wrong).toEqual([])
  })

  it('shows what programs ask of each other, answers a question, and leaves approving to the terminal', async () => {
    const place = home()
    place.manifest({ tiny: place.tiny }, { bridge: { enabled: true } })
    const code = await greeted(
      { command: nodePath, args: [cliPath, 'serve', '--client', 'claude-code'], env: place.env, cwd: place.root },
      'claude-code',
    )
    await code.call('handoff_create', { title: 'Login form', goal: 'g', sections: [{ heading: 'h', body: 'b' }] })
    const { data } = await code.call('ask_twin', { question: 'Which login?', to: 'claude-desktop' })
    const queued = await code.call('queue_action', { type: 'update_mcp_config', params: { name: 'evil', command: 'evil' } })
    expect(queued.refused, queued.text).not.toBe(true)
    expect((await cli(place, ['plugin', 'new', 'greet'])).code).toBe(0)
    const open = await ui(place)
    const page = await tab()
    await page.goto(open.url)
    const main = page.getByRole('navigation', { name: 'Main' })
    // A question and an action wait.
    await main.getByRole('link', { name: 'Work 2', exact: true }).click()
    await page.getByRole('table', { name: 'Handoffs' }).getByRole('rowheader', { name: 'Login form' }).waitFor()
    await page.getByText('Which login?').waitFor()
    await page.getByRole('button', { name: 'Answer' }).click()
    await page.getByRole('dialog', { name: 'Answer' }).getByLabel('Your answer').fill('JWT')
    await page.getByRole('dialog', { name: 'Answer' }).getByRole('button', { name: 'Next' }).click()
    const plan = page.getByRole('dialog', { name: 'Plan' })
    await plan.getByRole('button', { name: 'Do it' }).click()
    await page.getByText('No question waits.').waitFor()
    expect((await cli(place, ['handoff', 'show', String(data?.id), '--json'])).stdout).toContain('JWT')
    const action = page.getByRole('listitem').filter({ hasText: 'update_mcp_config' })
    expect(await action.textContent()).toContain('"command": "evil"')
    await action.getByRole('button', { name: 'Approve' }).click()
    await plan.getByRole('button', { name: 'Ask in the terminal' }).waitFor()
    await page.keyboard.press('Escape')
    await action.getByRole('button', { name: 'Cancel' }).click()
    await plan.getByRole('button', { name: 'Do it' }).click()
    await action.getByText('cancelled').waitFor()
    await main.getByRole('link', { name: 'Trust' }).click()
    await page.getByRole('table', { name: 'Plugins' }).getByRole('button', { name: 'Allow…' }).click()
    await plan.getByRole('button', { name: 'Ask in the terminal' }).waitFor()
    await code.end()
  })

  it('keeps its session when it is loaded again, and gives none to a new tab', async () => {
    const { open, page } = await looking()
    await page.reload()
    await page.getByRole('table', { name: 'Servers' }).waitFor()
    const other = await page.context().newPage()
    await other.goto(`http://127.0.0.1:${open.port}/`)
    await other.getByText('mcp-twin ui').waitFor()
    const used = await page.context().newPage()
    await used.goto(open.url)
    await used.getByText('This link was used already').waitFor()
    await page.getByRole('button', { name: 'Open another tab' }).waitFor()
    const [third] = await Promise.all([page.context().waitForEvent('page'), page.getByRole('button', { name: 'Open another tab' }).click()])
    await third.getByRole('table', { name: 'Servers' }).waitFor()
  })

  it('stays informed in more tabs than a browser opens connections to a host, and when the first is closed', async () => {
    const { place, page } = await looking()
    const tabs: Page[] = [page]
    for (let nth = 0; nth < 7; nth += 1) {
      const [next] = await Promise.all([
        page.context().waitForEvent('page'),
        page.getByRole('button', { name: 'Open another tab' }).click(),
      ])
      await next.getByRole('table', { name: 'Servers' }).waitFor()
      await next.getByText('Live', { exact: true }).waitFor()
      tabs.push(next)
    }
    edit(place, ['edited'])
    for (const each of tabs) await each.getByRole('link', { name: 'tiny, Claude Code, Linux: differs' }).waitFor()
    await page.close()
    edit(place, place.tiny.args)
    for (const each of tabs.slice(1))
      await each.getByRole('link', { name: 'tiny, Claude Code, Linux: differs' }).waitFor({ state: 'detached' })
  })

  it('says when the program has ended, and holds no data then', async () => {
    const { open, page } = await looking()
    await page.getByRole('table', { name: 'Servers' }).waitFor()
    await open.ended('SIGINT')
    await page.getByText('It has ended.').waitFor()
    await page.getByText('mcp-twin ui').waitFor()
    expect(await page.getByRole('table').count()).toBe(0)
    expect(await page.getByRole('button').count()).toBe(0)
  })

  it('draws markup and hidden characters of strangers as text', async () => {
    const plant = (place: Home) => {
      const file = place.readJson(codeFile) as { mcpServers: Record<string, unknown> }
      Object.assign(file.mcpServers, { [nasty]: { command: 'true' } })
      place.write(codeFile, JSON.stringify({ ...file, mcpServers: { ...file.mcpServers, tiny: { command: nasty, args: [nasty] } } }))
    }
    const { page, wrong } = await looking({ plant })
    await page.getByRole('link', { name: 'tiny, Claude Code, Linux: differs' }).click()
    const table = page.getByRole('table', { name: 'Difference' }).first()
    await table.waitFor()
    const text = await table.textContent()
    expect(text).toContain('<img src=x onerror=document.title=')
    expect(text).toContain('\\u202e\\u200b')
    expect(text).not.toMatch(/[\u202e\u200b]/)
    expect(await page.locator('img').count()).toBe(0)
    expect(await page.title()).toBe('tiny · mcp-twin')
    expect(wrong).toEqual([])
  })

  it('shows a broken manifest as where it is broken', async () => {
    const { page } = await looking({ plant: (place) => void place.write('.mcp-twin/mcp-twin.json', '{ "version": 1,\n  "servers": }') })
    await page
      .getByRole('alert')
      .getByText(/mcp-twin\.json:2:\d+/)
      .waitFor()
  })

  it.each([
    [1280, 'light'],
    [320, 'dark'],
  ] as const)('has nothing against it by axe, %i columns wide, %s, and scrolls nowhere sideways', async (width, colorScheme) => {
    const { place, page } = await looking({ width, colorScheme })
    expect((await place.run(['memory', 'set', 'api/port', '4000', '--rationale', 'r'.repeat(200)])).code).toBe(0)
    edit(place, ['edited'])
    await page.getByRole('link', { name: 'tiny, Claude Code, Linux: differs' }).waitFor()
    for (const [address, heading] of [
      ['#/servers', 'Servers'],
      ['#/servers/tiny', 'tiny'],
      ['#/health', 'Health'],
      ['#/keys', 'Keys'],
      ['#/memory', 'Memory'],
      ['#/memory/shared/api%2Fport', 'api/port'],
      ['#/work', 'Work'],
      ['#/history', 'History'],
      ['#/trust', 'Trust'],
    ] as const) {
      await page.goto(`${new URL(page.url()).origin}/${address}`)
      await page.getByRole('heading', { level: 1, name: heading }).waitFor()
      await page.locator('main[aria-busy="false"]').waitFor()
      expect(await violations(page), address).toEqual([])
      expect(await page.evaluate('document.documentElement.scrollWidth'), address).toBeLessThanOrEqual(width)
    }
    await page.goto(`${new URL(page.url()).origin}/#/servers/tiny`)
    await page.getByRole('button', { name: 'Put back' }).first().click()
    await page.getByRole('dialog', { name: 'Plan' }).getByRole('button', { name: 'Do it' }).waitFor()
    expect(await violations(page), 'the plan').toEqual([])
    for (const [address, button, title] of [
      ['#/servers/tiny', 'Places', 'Places of tiny'],
      ['#/servers', 'Add server', 'Add server'],
      ['#/memory/shared/api%2Fport', 'Change', 'Change api/port'],
      ['#/keys', 'Set UI_KEY', 'Set UI_KEY'],
    ] as const) {
      await page.keyboard.press('Escape')
      await page.getByRole('dialog').waitFor({ state: 'detached' })
      await page.goto(`${new URL(page.url()).origin}/${address}`)
      await page.getByRole('button', { name: button, exact: true }).click()
      await page.getByRole('dialog', { name: title }).waitFor()
      expect(await violations(page), title).toEqual([])
      expect(await page.evaluate('document.documentElement.scrollWidth'), title).toBeLessThanOrEqual(width)
    }
  })
})

describeUnless(lacksBrowser, 'a foreign page in the same browser', () => {
  it('can neither read, send, frame nor open a session', async () => {
    const { open, page } = await looking()
    const other = await page.context().newPage()
    // Another program's listener on this computer: the same site, another origin.
    const foreign = await ui(home())
    await other.goto(`http://127.0.0.1:${foreign.port}/icon.svg`)
    const target = `http://127.0.0.1:${open.port}`
    const tried = await other.evaluate(`(async () => {
      const out = []
      for (const [path, init] of [['/api/list', {}], ['/api/do', { method: 'POST', mode: 'no-cors', headers: { 'content-type': 'text/plain' }, body: '{}' }], ['/hello?n=0123456789abcdef', {}]])
        out.push(await fetch('${target}' + path, init).then((r) => r.type === 'opaque' ? 'opaque' : r.status, () => 'refused'))
      return out
    })()`)
    for (const each of tried as unknown[]) expect(['refused', 'opaque']).toContain(each)
    expect((await ask(open.port, '/')).headers['content-security-policy']).toContain("frame-ancestors 'none'")
  })
})
