import { afterAll, expect, it } from 'vitest'
import { closeBrowser, lacksBrowser, tab } from '../../support/browser.ts'
import { describeUnless } from '../../support/left-out.ts'
import { codeFile, type Home } from '../support/place.ts'
import { world } from '../../support/world.ts'
import { ui } from '../../support/ui.ts'
import { looking, violations } from './looking.ts'

afterAll(closeBrowser)

describeUnless(lacksBrowser, 'a person who changes things on the page', () => {
  it('changes an entry of the memory, whose tags and reason stay, and sees its versions', async () => {
    const { place, page, wrong } = await looking()
    expect((await place.run(['memory', 'set', 'api/port', '4000', '--rationale', 'as before', '--tag', 'server'])).code).toBe(0)
    await page.getByRole('navigation', { name: 'Main' }).getByRole('link', { name: 'Memory' }).click()
    await page.getByRole('table', { name: 'Memory' }).getByRole('link', { name: 'api/port' }).click()
    await page.getByRole('heading', { level: 1, name: 'api/port' }).waitFor()
    expect(await page.title()).toBe('api/port · mcp-twin')
    await page.getByRole('button', { name: 'Change' }).click()
    const dialog = page.getByRole('dialog', { name: 'Change api/port' })
    const box = dialog.getByLabel('New value, as JSON')
    expect(await box.inputValue()).toBe('4000')
    await box.fill('4000,')
    await dialog.getByRole('button', { name: 'Next' }).click()
    await dialog.getByText('This is not JSON.').waitFor()
    await box.fill('4001')
    await dialog.getByRole('button', { name: 'Next' }).click()
    const plan = page.getByRole('dialog', { name: 'Plan' })
    await plan.getByRole('button', { name: 'Do it' }).click()
    const versions = page.getByRole('table', { name: 'Versions' })
    await versions.getByText('4001').waitFor()
    expect(await versions.getByRole('rowheader').allTextContents()).toEqual(['2', '1'])
    expect((await place.run(['memory', 'get', 'api/port', '--json'])).json).toMatchObject({
      ...{ value: 4001, rationale: 'as before', tags: ['server'] },
    })
    expect(wrong).toEqual([])
  })

  it('takes a server out of one program and puts it back', async () => {
    const plant = (place: Home) => void place.write('.cursor/mcp.json', '{"mcpServers":{}}')
    const { place, page } = await looking({ plant })
    const sync = page.getByRole('button', { name: /^Sync/ })
    await sync.click()
    const plan = page.getByRole('dialog', { name: 'Plan' })
    await plan.getByRole('button', { name: 'Do it' }).click()
    await sync.waitFor({ state: 'detached' })
    expect(Object.keys(place.servers('.cursor/mcp.json'))).toContain('tiny')
    await page.getByRole('link', { name: 'tiny', exact: true }).click()
    for (const isThere of [false, true]) {
      await page.getByRole('button', { name: 'Places' }).click()
      const box = page.getByRole('dialog', { name: 'Places of tiny' }).getByRole('checkbox', { name: 'Cursor' })
      await expect.poll(() => box.isChecked()).toBe(!isThere)
      await box.click()
      await plan.getByRole('button', { name: 'Do it' }).click()
      await plan.waitFor({ state: 'detached' })
      expect(Object.keys(place.servers('.cursor/mcp.json')).includes('tiny')).toBe(isThere)
      expect(Object.keys(place.servers(codeFile))).toContain('tiny')
    }
  })

  it('takes a server out of one program on one side, and puts it back, as far as the manifest has words for it', async () => {
    const planted = world()
      .wsl('Ubuntu')
      .client('claude-code', '{"mcpServers":{"tiny":{"command":"true"}}}')
      .client('cursor', '{"mcpServers":{}}')
      .windows()
      .client('claude-desktop', '{}')
      .client('cursor', '{"mcpServers":{}}')
      .build()
    planted.self.write('.mcp-twin/mcp-twin.json', '{"version":1,"bridge":{"enabled":false},"servers":{"tiny":{"command":"true"}}}')
    const { code, output } = await planted.cli(['sync', '--no-try', '--adopt'])
    expect(code, output).toBe(0)
    const page = await tab({})
    await page.goto((await ui({ home: planted.scratch.home, env: planted.env() })).url)
    await page.getByRole('rowheader', { name: 'tiny' }).getByRole('link').click()
    const plan = page.getByRole('dialog', { name: 'Plan' })
    const places = page.getByRole('dialog', { name: 'Places of tiny' })
    const box = (name: string) => places.getByRole('checkbox', { name, exact: true })
    const click = async (name: string, typed: string) => {
      await page.getByRole('button', { name: 'Places' }).click()
      await box(name).click()
      await plan.getByText(typed).waitFor()
      await plan.getByRole('button', { name: 'Do it' }).click()
      await plan.waitFor({ state: 'detached' })
    }
    const inCursor = () => planted.side('windows').read(planted.side('windows').clientFile('cursor'))
    expect(inCursor()).toContain('tiny')
    await page.getByRole('button', { name: 'Places' }).click()
    // Cursor is in WSL too, and Claude Desktop on Windows.
    expect(await box('Cursor, Windows').isDisabled()).toBe(true)
    expect(await violations(page)).toEqual([])
    await page.keyboard.press('Escape')
    await places.waitFor({ state: 'detached' })
    await click('Claude Desktop, Windows', 'mcp-twin disable tiny --client=claude-desktop')
    await click('Cursor, Windows', 'mcp-twin disable tiny --on=windows')
    expect(inCursor()).not.toContain('tiny')
    await page.goBack()
    await page.getByRole('link', { name: 'tiny, Cursor, Windows: not here' }).click()
    await click('Cursor, Windows', 'mcp-twin enable tiny --client=cursor --on=windows')
    expect(inCursor()).toContain('tiny')
    expect(planted.side('windows').read(planted.side('windows').clientFile('claude-desktop'))).not.toContain('tiny')
  })

  it('is shown what a pasted server would start, and adds it in the terminal', async () => {
    const { place, page, wrong } = await looking()
    await page.getByRole('button', { name: 'Add server' }).click()
    const dialog = page.getByRole('dialog', { name: 'Add server' })
    await dialog.getByRole('button', { name: 'Add tavily' }).waitFor()
    await dialog
      .getByRole('textbox', { name: 'What to add' })
      .fill('{"mcpServers": {"fresh": {"command": "fresh-thing", "args": ["--all of it"]}}}')
    await dialog.getByRole('button', { name: 'Next' }).click()
    const plan = page.getByRole('dialog', { name: 'Plan' })
    await plan.getByText('args: ["--all of it"]').first().waitFor()
    await plan.getByRole('button', { name: 'Ask in the terminal' }).click()
    await plan.getByText('This is answered in a terminal.').waitFor()
    expect(Object.keys(place.servers(codeFile))).not.toContain('fresh')
    expect(wrong).toEqual([])
  })

  it('sees a run in History that changed no entry', async () => {
    const plant = async (place: Home) => expect((await place.run(['disable', 'tiny', '--no-sync'])).code).toBe(0)
    const { page, wrong } = await looking({ plant })
    await page.getByRole('navigation', { name: 'Main' }).getByRole('link', { name: 'History' }).click()
    await page.getByRole('table', { name: 'Runs' }).getByRole('cell', { name: 'disable' }).waitFor()
    expect(wrong).toEqual([])
  })

  it('starts doctor --deep', async () => {
    const { page } = await looking()
    await page
      .getByRole('navigation', { name: 'Main' })
      .getByRole('link', { name: /^Health/ })
      .click()
    await page.getByRole('heading', { level: 1, name: 'Health' }).waitFor()
    await page.locator('main[aria-busy="false"]').waitFor()
    const [answer] = await Promise.all([
      page.waitForResponse((each) => each.url().endsWith('/api/deep')),
      page.getByRole('button', { name: 'Look deeper' }).click(),
    ])
    expect(answer.status()).toBe(200)
    await page.locator('main[aria-busy="false"]').waitFor()
    expect(await page.getByRole('alert').count()).toBe(0)
  })
})
