import { type Terminal, terminal } from '../support/terminal.ts'
import type { Planted } from '../support/world.ts'
import { key } from './first-day.ts'
import { type Picture, svgOf, themes } from './svg.ts'
import { type Side, tourOf } from './tour-svg.ts'

/** What every picture shows: a terminal of this width. */
const columns = 80

/**
 * Enter at every question, which takes what is proposed: once at each, and only when it stands still, since a second one would
 * be shown among what follows.
 */
async function answer(shown: Terminal): Promise<void> {
  let [seen, answered] = ['', '']
  for (;;) {
    try {
      await shown.exit(500)
      return
    } catch {
      const asked = (await shown.screen()).split('\n').findLast((line) => line.startsWith('? ')) ?? ''
      if (asked !== '' && asked === seen && asked !== answered) {
        answered = asked
        await shown.keys('Enter')
      }
      seen = asked
    }
  }
}

/** What a command shows in a terminal, with its colours. */
async function screenOf(planted: Planted, args: readonly string[]): Promise<string> {
  const place = { root: planted.scratch.root, home: planted.scratch.home, env: { ...planted.env(), NO_COLOR: '' } }
  const shown = await terminal(place, args, { width: columns, height: 100 })
  await answer(shown)
  const screen = await shown.coloured()
  await shown.close()
  if (screen.includes(key)) throw new Error(`${args.join(' ')} shows the key`)
  return screen
}

/** The second day: an edit by hand, a broken file, a server that somebody added. */
function spoil(planted: Planted): void {
  const code = planted.self.read('.claude.json')
  planted.self.write('.claude.json', code.replace(/"args": ?\[/, '"args": ["--by-hand", '))
  const desktop = planted.side('windows')
  const file = desktop.clientFile('claude-desktop')
  const config = { ...JSON.parse(desktop.read(file)), mcpServers: { sqlite: { command: 'uvx', args: ['mcp-server-sqlite'] } } }
  desktop.write(file, JSON.stringify(config, null, 2))
  desktop.write('.cursor\\mcp.json', '{\n  "mcpServers": {\n    "old": {\n      "command": "node"\n      "args": []\n    }\n  }\n}\n')
}

/** Pictures of what people look at, on a first day and on one when things went wrong, for light and dark pages. */
export async function dayPictures(planted: Planted): Promise<Picture[]> {
  const pictures: Picture[] = []
  const shoot = async (name: string, args: readonly string[]): Promise<void> => {
    const command = `mcp-twin ${args.join(' ')}`
    const screen = `\u001b[2m$\u001b[22m ${command}\n${await screenOf(planted, args)}`
    for (const [theme, colours] of Object.entries(themes))
      pictures.push({ name: `${name}-${theme}.svg`, text: svgOf(screen, columns, colours, command) })
  }
  await shoot('init', ['init'])
  await shoot('list', ['list'])
  spoil(planted)
  await shoot('doctor', ['doctor'])
  await shoot('sync', ['sync', '--yes'])
  return pictures
}

/** The moving pictures at the top of the README: a first day's `init`, and what both programs have before and after, by their own files. */
export async function tourPictures(planted: Planted): Promise<Picture[]> {
  const args = ['init', '--yes', '--both']
  const windows = planted.side('windows')
  const names = (text: string): string[] => Object.keys(JSON.parse(text).mcpServers)
  const both = (): Side[] => [
    { name: 'Claude Desktop on Windows', label: 'Windows', servers: names(windows.read(windows.clientFile('claude-desktop'))) },
    { name: 'Claude Code in WSL', label: 'Ubuntu', servers: names(planted.self.read('.claude.json')) },
  ]
  const before = both()
  const screen = await screenOf(planted, args)
  const seen = { command: `mcp-twin ${args.join(' ')}`, screen, columns, before, after: both() }
  return Object.entries(themes).map(([name, theme]) => ({ name: `tour-${name}.svg`, text: tourOf({ ...seen, theme }) }))
}
