import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { lacksTerminal, type Terminal, terminal } from '../support/terminal.ts'
import { firstDay, key } from './first-day.ts'
import { svgOf, themes } from './svg.ts'

// Every command that people look at, in a real terminal of two widths, as pictures for light and dark pages.
const folder = fileURLToPath(new URL('.', import.meta.url))
/** Enter at every question, which takes what is proposed. */
async function answer(shown: Terminal): Promise<void> {
  for (;;) {
    try {
      await shown.exit(1500)
      return
    } catch {
      const screen = await shown.screen()
      if (
        /^[?] .*(?:\n.*){0,20}$/m.test(screen.split('\n').slice(-18).join('\n')) &&
        !/Installing|Checking|Looking/.test(screen.split('\n').at(-1) ?? '')
      )
        await shown.keys('Enter')
    }
  }
}

describe.skipIf(lacksTerminal !== null).each([80, 120])('the program in %i columns', (width) => {
  it('is photographed', async () => {
    const planted = firstDay()
    const place = { root: planted.scratch.root, home: planted.scratch.home, env: { ...planted.env(), NO_COLOR: '' } }
    const shoot = async (name: string, args: readonly string[]): Promise<void> => {
      const shown = await terminal(place, args, { width, height: 100 })
      await answer(shown)
      const screen = `\u001b[2m$\u001b[22m mcp-twin ${args.join(' ')}\n${await shown.coloured()}`
      await shown.close()
      expect(screen).not.toContain(key)
      for (const [theme, colours] of Object.entries(themes))
        writeFileSync(
          join(folder, `${name}-${width}-${theme}.svg`),
          svgOf(screen, width, colours, `mcp-twin ${args.join(' ')} in ${width} columns`),
        )
    }
    await shoot('init', ['init'])
    await shoot('list', ['list'])
    await shoot('doctor-well', ['doctor'])
    // The second day: an edit by hand, a broken file, a server that somebody added.
    const code = planted.self.read('.claude.json')
    planted.self.write('.claude.json', code.replace(/"args": ?\[/, '"args": ["--by-hand", '))
    const desktop = planted.side('windows')
    const file = desktop.clientFile('claude-desktop')
    const config = JSON.parse(desktop.read(file))
    delete config.mcpServers
    config.mcpServers = { sqlite: { command: 'uvx', args: ['mcp-server-sqlite'] } }
    desktop.write(file, JSON.stringify(config, null, 2))
    desktop.write('.cursor\\mcp.json', '{\n  "mcpServers": {\n    "old": {\n      "command": "node"\n      "args": []\n    }\n  }\n}\n')
    await shoot('doctor', ['doctor'])
    await shoot('sync', ['sync', '--yes'])
    await shoot('doctor-deep', ['doctor', '--deep'])
    planted.scratch.remove()
  })
})
