import { join } from 'node:path'
import { expect, it } from 'vitest'
import { type DesktopEntry, desktopStart } from '../support/desktop.ts'
import { nodePath, projectFolder } from '../support/machine.ts'
import { leftovers } from '../support/processes.ts'
import { program } from '../support/program.ts'
import { type Planted, world } from '../support/world.ts'
import { searchServer, type Stage } from './stage.ts'
import { twoWindows } from './two-windows.ts'

const entryOf = (planted: Planted, side: string, client: string): DesktopEntry => {
  const { mcpServers } = planted.side(side).config(client) as { mcpServers: Record<string, DesktopEntry> }
  const entry = mcpServers['mcp-twin']
  if (entry === undefined) throw new Error(`${client} has no entry of the bridge`)
  return entry
}

/** Both sides are folders of this machine; programs of either really run. */
async function planted(): Promise<Stage> {
  const made = world().wsl('Debian').windows().client('claude-desktop', '{ "theme": "dark" }').build()
  const { home, root } = made.scratch
  const log = join(home, 'searches.jsonl')
  const web = searchServer(nodePath, join(projectFolder, 'test/support/counting-server.mjs'), log)
  made.self.write('.mcp-twin/mcp-twin.json', JSON.stringify({ version: 1, servers: { web }, bridge: { terminal: 'on' } }))
  const init = await made.cli(['init', '--yes'])
  expect(init.code, init.output).toBe(0)
  return {
    log,
    configs: {
      'claude-desktop': made.side('windows').here(made.side('windows').clientFile('claude-desktop')),
      'claude-code': made.self.here(made.self.clientFile('claude-code')),
    },
    open(player, era) {
      if (player === 'claude-desktop') return program(player, era, desktopStart(made, 'windows', entryOf(made, 'windows', player)))
      const { command, args = [], env } = entryOf(made, made.self.id, player)
      return program(player, era, { command, args, env: { ...made.env(), ...env }, cwd: root })
    },
    typeInWsl: (words) => made.cli(words),
    typeOnWindows: (words) => made.cli(words, { on: 'windows' }),
    leftovers: () => leftovers(root),
  }
}

it('plays a whole working day across two planted sides', async () => twoWindows(await planted()))
