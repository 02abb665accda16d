import type { Bundle } from '../../support/bundles.ts'
import { mkdirSync, symlinkSync } from 'node:fs'
import { scratch } from '../../support/scratch.ts'
import type { SideFacts } from '../../support/side.ts'
import { type Planted, world } from '../../support/world.ts'

/** A bundle of JavaScript with values of every kind. */
export const notes: Bundle = {
  name: 'notes',
  server: {
    type: 'node',
    entry_point: 'server/index.js',
    mcp_config: {
      command: 'node',
      args: ['${__dirname}/server/index.js', '--max', '${user_config.max}', '${user_config.folders}'],
      env: { NOTES_VERBOSE: '${user_config.verbose}', NOTES_API_KEY: '${user_config.api_key}' },
    },
  },
  user_config: {
    max: { type: 'number', title: 'Most', description: 'how many', default: 7 },
    verbose: { type: 'boolean', title: 'Verbose', description: 'say more', default: false },
    folders: { type: 'directory', title: 'Folders', description: 'where', multiple: true, required: true },
    api_key: { type: 'string', title: 'Key', description: 'the key', sensitive: true },
  },
}

export const documents = 'C:\\Users\\Ana\\Documents'

/** Claude Code in WSL and two programs of Windows, none with a server. Windows' drive is really mounted, so that what lies there starts. */
export function place(windows: Partial<SideFacts> = {}): Planted {
  const mountRoot = `${scratch().root}/mnt/`
  const wsl = world().wsl('Ubuntu', { mountRoot }).client('claude-code', '{}')
  const planted = wsl.windows(windows).client('claude-desktop', '{}').client('cursor', '{}').build()
  mkdirSync(mountRoot)
  symlinkSync(planted.side('windows').here('C:\\'), `${mountRoot}c`)
  return planted
}

/** A path of Windows as WSL mounts it. */
export const mounted = ({ self }: Planted, path: string): string => `${self.facts.mountRoot}c/${path.slice(3).replaceAll('\\', '/')}`

/** The entry of a server as a program's config has it. */
export function entryOf(planted: Planted, name = 'notes', client = 'claude-code', side = 'wsl:Ubuntu') {
  const on = planted.side(side)
  return JSON.parse(on.read(on.clientFile(client))).mcpServers?.[name]
}
