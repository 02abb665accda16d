import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, describe, expect, it } from 'vitest'
import { closeBrowser, lacksBrowser, tab } from '../support/browser.ts'
import { ask, ui } from '../support/ui.ts'
import { firstDay, key } from './first-day.ts'

// The page of `mcp-twin ui`, as a browser shows it on the second day: one entry was edited by hand, one server waits for its key.
const folder = fileURLToPath(new URL('.', import.meta.url))
afterAll(closeBrowser)

describe.skipIf(lacksBrowser !== null)('the page', () => {
  it('is photographed', async () => {
    const planted = firstDay()
    const run = async (...args: string[]): Promise<void> => {
      const { code, output } = await planted.cli(args)
      expect([0, 3], output).toContain(code)
    }
    await run('init', '--yes')
    await run('add', 'brave-search', '--no-try')
    await run('add', 'docs', '--url', 'https://docs.example/mcp', '--no-try')
    const file = JSON.parse(planted.self.read('.claude.json'))
    file.mcpServers.docs.url = 'https://docs.example/v2/mcp'
    planted.self.write('.claude.json', JSON.stringify(file, null, 2))
    const open = await ui({ home: planted.scratch.home, env: planted.env() })
    let { ticket } = open
    for (const theme of ['light', 'dark'] as const) {
      const page = await tab({ height: 560, colorScheme: theme })
      const shoot = async (name: string) => {
        await page.locator('main[aria-busy="false"]').waitFor()
        expect(await page.content()).not.toContain(key)
        await page.screenshot({ path: join(folder, `${name}-${theme}.png`) })
      }
      await page.goto(`http://127.0.0.1:${open.port}/#${ticket}`)
      await page.getByRole('table', { name: 'Servers' }).waitFor()
      await page.getByRole('columnheader', { name: 'Tokens' }).waitFor()
      await page.getByText(/^Health \d/).waitFor()
      await shoot('page-servers')
      await page.goto(`http://127.0.0.1:${open.port}/#/servers/docs`)
      await page.getByRole('table', { name: 'Difference' }).waitFor()
      await shoot('page-server')
      const session = await page.evaluate(`sessionStorage.getItem('mcp-twin:session')`)
      ticket = (await ask(open.port, '/api/ticket', { headers: { authorization: `Bearer ${session}` }, body: {} })).json.ticket
    }
    // It may be reading the store.
    await open.ended('SIGINT')
    planted.scratch.remove()
  })
})
