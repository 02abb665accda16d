import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { cliPath } from './cli.ts'
import { nodePath } from './machine.ts'
import { type Bridge, greeted } from './mcp.ts'
import type { Scratch } from './scratch.ts'

/** The text of a plugin with one tool. `handler` is the text of a function, `before` stands in front of everything. */
export const pluginText = (tool: string, handler = '() => "fine"', { before = '', parameters = '{}' } = {}): string => `${before}
export default {
  name: 'planted',
  version: '1.0.0',
  description: 'A planted plugin.',
  tools: [{ name: '${tool}', description: 'A planted tool.', parameters: ${parameters}, handler: ${handler} }],
}
`

/** Writes a plugin into the bridge's folder of a scratch home; its path. */
export function putPlugin({ home }: Pick<Scratch, 'home'>, file: string, text: string, mode = 0o600): string {
  const folder = join(home, '.mcp-twin/bridge/plugins')
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  writeFileSync(join(folder, file), text, { mode })
  return join(folder, file)
}

/** A bridge of the built program, greeted by a client. */
export const bridgeOf = (place: Scratch, ...flags: string[]): Promise<Bridge> =>
  greeted({ command: nodePath, args: [cliPath, 'serve', '--client', 'tester', ...flags], env: place.env, cwd: place.home }, 'tester')

/** Names of the tools that a bridge lists now. */
export const namesOf = async (bridge: Bridge): Promise<string[]> =>
  ((await bridge.ask('tools/list')).tools as { name: string }[]).map(({ name }) => name)
