import { cpSync } from 'node:fs'
import { basename, join } from 'node:path'
import { insideLab, linuxHome, windowsProfile } from '../../support/lab.ts'
import { nodePath, projectFolder } from '../../support/machine.ts'
import { type Era, type Program, program } from '../../support/program.ts'
import { windowsHome } from './story.ts'

const files = [join(import.meta.dirname, 'as-client.mjs'), join(projectFolder, 'test/windows/desktop.mjs')]
const [command = ''] = insideLab.wrapper
const words = {
  'claude-desktop': [
    ...['win', 'node', `${windowsHome}\\as-client.mjs`],
    `${windowsHome}\\AppData\\Roaming\\Claude\\claude_desktop_config.json`,
  ],
  'claude-code': ['exec', nodePath, '/home/ana/as-client.mjs', '/home/ana/.claude.json'],
}

/** Puts what starts an entry as its program does into the homes of both sides. */
export function placeClients(): void {
  for (const folder of [linuxHome, windowsProfile]) for (const file of files) cpSync(file, join(folder, basename(file)))
}

/** A real MCP client, connected to the bridge by the entry of Claude Desktop on Windows or of Claude Code in WSL. */
export const openByEntry = (client: keyof typeof words, era: Era): Promise<Program> =>
  program(client, era, { command, args: [...words[client], 'mcp-twin'], env: insideLab.env, cwd: '/' })
