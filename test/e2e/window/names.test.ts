import type { Page } from 'playwright-core'
import { afterAll, expect, it } from 'vitest'
import { closeBrowser, lacksBrowser } from '../../support/browser.ts'
import { describeUnless } from '../../support/left-out.ts'
import type { Home } from '../support/place.ts'
import { edit, looking } from './looking.ts'

afterAll(closeBrowser)

type Role = Parameters<Page['getByRole']>[0]
type Names = readonly (readonly [role: Role, ...names: (string | RegExp)[]])[]

/** What each screen holds, by its role and name, as people who test or read it aloud find it. */
const screens: Readonly<Record<string, { readonly heading: string; readonly holds: Names }>> = {
  '/servers': {
    heading: 'Servers',
    holds: [
      ['searchbox', 'Find a server'],
      ['button', 'Add server', /^Sync \d+$/, 'Open another tab'],
      ['table', 'Servers'],
      ['columnheader', 'Claude Code, Linux'],
      ['rowheader', 'tiny', 'other'],
      ['link', 'tiny', 'tiny, Claude Code, Linux: differs'],
    ],
  },
  '/servers/tiny': {
    heading: 'tiny',
    holds: [
      ['button', 'Turn off', 'Rename', 'Places', 'Try', 'Remove', 'Put back', 'Accept'],
      ['table', 'Difference'],
      ['columnheader', 'Field', 'In the file', 'mcp-twin would write'],
      ['log', 'Log of tiny'],
    ],
  },
  '/health': { heading: 'Health', holds: [['button', 'Look deeper', 'Fix what is safe', 'Set LOST_KEY']] },
  '/keys': {
    heading: 'Keys',
    holds: [
      ['table', 'Keys'],
      ['columnheader', 'Name', 'Used by', 'Where'],
      ['rowheader', 'UI_KEY'],
      ['button', 'Set UI_KEY', /^Remove/],
    ],
  },
  '/memory': {
    heading: 'Memory',
    holds: [
      ['searchbox', 'Search memory'],
      ['combobox', 'Namespace'],
      ['table', 'Memory'],
      ['columnheader', 'Key', 'Value', 'By', 'Changed'],
      ['button', 'Next'],
    ],
  },
  '/memory/shared/note%2F1': {
    heading: 'note/1',
    holds: [
      ['button', 'Change', 'Delete'],
      ['table', 'Versions'],
    ],
  },
  '/work': {
    heading: 'Work',
    holds: [
      ['heading', 'Handoffs', 'Questions', 'Actions'],
      ['table', 'Handoffs'],
    ],
  },
  '/history': {
    heading: 'History',
    holds: [
      ['table', 'Runs'],
      ['button', 'Undo this run'],
      ['log', 'Events'],
    ],
  },
  '/trust': {
    heading: 'Trust',
    holds: [
      ['heading', 'Projects', 'Plugins', 'Sessions'],
      ['button', /^Trust.*…$/, /^Allow.*…$/, /^Revoke/],
    ],
  },
}

async function plant(place: Home): Promise<void> {
  edit(place, ['edited'])
  place.manifest({
    tiny: place.tiny,
    other: { ...place.tiny, env: { UI_KEY: '${secret:UI_KEY}' } },
    fresh: place.tiny,
    lost: { ...place.tiny, env: { LOST_KEY: '${secret:LOST_KEY}' } },
  })
  const entry = { type: 'entry', version: 1, rationale: null, tags: [], by: 'terminal', session: 's', machine: 'm' }
  const lines = Array.from({ length: 102 }, (_, at) =>
    JSON.stringify({ ...entry, namespace: at === 101 ? 'shop' : 'shared', key: `note/${at}`, value: at, at: 1_790_000_000_000 + at }),
  )
  const file = place.write('memory.jsonl', `${lines.join('\n')}\n`)
  const handoff = ['handoff', 'new', 'Login form', '--goal', 'g', '--section', '1 Design: one form', '--acceptance', 'it works']
  for (const argv of [['memory', 'import', file], handoff, ['plugin', 'new', 'greet'], ['session', 'new']]) {
    const { code, output } = await place.run(argv)
    expect(code, `${argv.join(' ')}: ${output}`).toBe(0)
  }
}

describeUnless(lacksBrowser, 'every screen', () => {
  it('holds what its people look for, by role and name', async () => {
    const { page, wrong } = await looking({ plant })
    const main = page.getByRole('navigation', { name: 'Main' })
    const missing: string[] = []
    for (const [address, { heading, holds }] of Object.entries(screens)) {
      await page.goto(`${new URL(page.url()).origin}/#${address}`)
      await page.getByRole('heading', { level: 1, name: heading, exact: true }).waitFor()
      await page.locator('main[aria-busy="false"]').waitFor()
      expect(await page.title()).toBe(`${heading} · mcp-twin`)
      for (const [role, ...names] of holds)
        for (const name of names)
          await page
            .getByRole(role, { name, ...(typeof name === 'string' && { exact: true }) })
            .first()
            .waitFor({ timeout: 15_000 })
            .catch(() => missing.push(`${address}: ${role} ${name}`))
    }
    expect(missing).toEqual([])
    for (const name of ['Servers', 'Health', 'Keys', 'Memory', 'Work', 'History', 'Trust'])
      expect(await main.getByRole('link', { name: new RegExp(`^${name}( \\d+)?$`) }).count(), name).toBe(1)
    expect(wrong).toEqual([])
  })
})
