import { mkdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { closedBelow, closedByName, privatePaths } from '../../../src/bridge/policy/closed.ts'
import { within } from '../../../src/bridge/policy/region.ts'
import { clients } from '../../../src/catalog/clients/index.ts'
import { linux, macos, ubuntu, windows } from '../launch/ground.ts'
import { CANARY, type Desk, desk } from './desk.ts'

let place: Desk
beforeEach(() => {
  const scratch = desk()
  place = desk({ roots: [scratch.home, scratch.A], closed: privatePaths(scratch.home, 'linux') })
  Object.assign(place, { home: scratch.home, A: scratch.A })
})
afterEach(() => place.close())

const plant = (file: string): string => {
  mkdirSync(dirname(file), { recursive: true })
  writeFileSync(file, CANARY)
  return file
}

describe("a program's own config in a user's folder that is allowed as a whole", () => {
  it.each([
    '.config/zed/settings.json',
    '.config/Code/User/mcp.json',
    '.config/Code/User/settings.json',
    '.config/Code/User/profiles/x/mcp.json',
    '.config/Code/User/globalStorage/rooveterinaryinc.roo-cline/settings/mcp_settings.json',
    '.config/Code - Insiders/User/mcp.json',
    '.config/VSCodium/User/settings.json',
    '.config/Windsurf/User/mcp.json',
    '.config/JetBrains/IntelliJIdea2026.1/options/llm.mcpServers.xml',
    '.config/opencode/opencode.json',
    '.config/goose/config.yaml',
    '.config/github-copilot/intellij/mcp.json',
    '.vscode-server/data/User/mcp.json',
    '.cursor/mcp.json',
    '.cursor/hooks.json',
    '.codeium/windsurf/mcp_config.json',
    '.copilot/mcp-config.json',
    '.continue/config.yaml',
    '.kiro/settings/mcp.json',
    '.junie/mcp/mcp.json',
    '.qwen/settings.json',
  ])('%s is neither read nor written', async (name) => {
    const file = plant(join(place.home, name))
    expect(await place.refused('read_file', { path: file })).toMatch(/is closed/)
    expect(await place.refused('write_file', { path: file, content: 'x' })).toMatch(/is closed/)
  })
  it('of macOS and of Windows, from wherever the profile is reached', () => {
    for (const path of [
      '/Users/ana/Library/Application Support/Code/User/mcp.json',
      '/Users/ana/Library/Application Support/Zed/settings.json',
      '/mnt/c/Users/Ana/AppData/Roaming/Zed/settings.json',
      '/mnt/c/Users/Ana/AppData/Roaming/Code/User/settings.json',
      'C:\\Users\\Ana\\AppData\\Roaming\\Code - Insiders\\User\\mcp.json',
      'C:\\Users\\Ana\\AppData\\Roaming\\Windsurf\\User\\mcp.json',
      'C:\\Users\\Ana\\AppData\\Roaming\\JetBrains\\IntelliJIdea2026.1\\options\\llm.mcpServers.xml',
      '/w/c/Users/Ana/.kiro/settings/mcp.json',
    ])
      expect(closedByName(path), path).toBe(true)
  })
})

describe('what starts programs when a project is opened', () => {
  const files = [
    '.mcp.json',
    '.cursor/hooks.json',
    '.gemini/settings.json',
    '.codex/config.toml',
    '.codex/hooks.json',
    '.zed/settings.json',
    '.windsurf/hooks.json',
    '.roo/mcp.json',
    '.kiro/settings/mcp.json',
    '.kiro/hooks/on-save.kiro.hook',
    '.continue/mcpServers/new.yaml',
    '.junie/mcp/mcp.json',
    '.amazonq/mcp.json',
    '.opencode/opencode.json',
    'opencode.json',
  ]
  it.each(files)('%s is closed in any folder', async (name) => {
    const file = plant(join(place.A, 'deep', 'project', name))
    expect(await place.refused('read_file', { path: file })).toMatch(/is closed/)
    expect(await place.refused('write_file', { path: join(place.A, 'new', name), content: '{}' })).toMatch(/is closed/)
  })
  it.each(files.filter((name) => name.includes('/')))('%s is not made by giving a folder its name', async (name) => {
    const [first = '', ...rest] = name.split('/')
    plant(join(place.A, 'plain', ...rest))
    expect(await place.refused('move_file', { source: join(place.A, 'plain'), destination: join(place.A, first) })).toMatch(/closed/)
  })
  it('a folder further down gives it its meaning as well', () => {
    expect(closedBelow('/srv/p/.kiro/settings')).toEqual(['/srv/p/.kiro/settings/mcp.json'])
    expect(closedBelow('/srv/p/settings')).toEqual([])
    expect(closedBelow('/srv/p/.junie')).toEqual(['/srv/p/.junie/mcp/mcp.json'])
  })
  it('what only looks like it stays open', async () => {
    for (const name of ['mcp.json', 'settings.json', 'zed/settings.json', '.kiro/steering/a.md', '.vscode/tasks.json', 'my-opencode.json'])
      expect(await place.ok('read_file', { path: plant(join(place.A, name)) })).toBe(CANARY)
  })
})

describe('a closed folder whose name holds a backslash', () => {
  it('is closed with all that is in it', async () => {
    const closed = join(place.A, 'a\\b')
    const odd = desk({ roots: [place.A], closed: [closed] })
    expect(await odd.refused('read_file', { path: plant(join(closed, 'f')) })).toMatch(/is closed/)
    await odd.close()
  })
})

describe('the clients of the catalogue', () => {
  it.each(clients.map(({ id }) => [id]))('%s has no config that is open', (id) => {
    const client = clients.find((each) => each.id === id)
    if (client === undefined) throw new Error(id)
    if (client.projectFile !== undefined) expect(closedByName(`/srv/project/${client.projectFile}`)).toBe(true)
    for (const side of [windows, ubuntu, linux, macos].filter(({ kind }) => client.environments.includes(kind))) {
      const closed = privatePaths(side.home, side.kind)
      expect(
        closed.some((path) => within(client.file(side), path, (each) => each)),
        side.id,
      ).toBe(true)
    }
  })
})
