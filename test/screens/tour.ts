import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { lacksTerminal, terminal } from '../support/terminal.ts'
import { firstDay, key } from './first-day.ts'
import { themes } from './svg.ts'
import { type Side, tourOf } from './tour-svg.ts'

// The moving picture at the top of the README: a first day's `init` as a real terminal showed it, and what both programs have
// before and after, as it stands in their own files.
const folder = fileURLToPath(new URL('.', import.meta.url))
const columns = 80
const args = ['init', '--yes', '--both']

describe.skipIf(lacksTerminal !== null)('the tour', () => {
  it('is filmed', async () => {
    const planted = firstDay()
    const windows = planted.side('windows')
    const desktop = windows.clientFile('claude-desktop')
    const names = (text: string): string[] => Object.keys(JSON.parse(text).mcpServers)
    const both = (): Side[] => [
      { name: 'Claude Desktop on Windows', label: 'Windows', servers: names(windows.read(desktop)) },
      { name: 'Claude Code in WSL', label: 'Ubuntu', servers: names(planted.self.read('.claude.json')) },
    ]
    const before = both()
    const place = { root: planted.scratch.root, home: planted.scratch.home, env: { ...planted.env(), NO_COLOR: '' } }
    const shown = await terminal(place, args, { width: columns, height: 100 })
    await shown.exit(240_000)
    const screen = await shown.coloured()
    await shown.close()
    expect(screen).not.toContain(key)
    writeFileSync(
      join(folder, 'tour.svg'),
      tourOf({ command: `mcp-twin ${args.join(' ')}`, screen, columns, theme: themes.dark, before, after: both() }),
    )
    planted.scratch.remove()
  })
})
