import { cpSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, expect, it } from 'vitest'
import { openByEntry, placeClients } from '../e2e-lab/support/clients.ts'
import * as lab from '../e2e-lab/support/story.ts'
import { lacksLab, linuxHome, resetLab } from '../support/lab.ts'
import { describeUnless } from '../support/left-out.ts'
import { nodePath, projectFolder } from '../support/machine.ts'
import { searchServer, type Stage } from './stage.ts'
import { twoWindows } from './two-windows.ts'

/** Real Windows programs on the one side. */
async function inLab(): Promise<Stage> {
  await resetLab()
  lab.publishToLab()
  placeClients()
  cpSync(join(projectFolder, 'test/support/counting-server.mjs'), join(linuxHome, 'search.mjs'))
  const web = searchServer(nodePath, '/home/ana/search.mjs', '/home/ana/searches.jsonl')
  lab.write(join(linuxHome, '.mcp-twin/mcp-twin.json'), JSON.stringify({ version: 1, servers: { web }, bridge: { terminal: 'on' } }))
  lab.write(lab.desktopFile, '{\r\n  "theme": "dark"\r\n}\r\n')
  const init = await lab.byNpx.onLinux(['init', '--yes', '--json', '--quiet'])
  expect(init.code, init.stdout + init.stderr).toBe(0)
  return {
    log: join(linuxHome, 'searches.jsonl'),
    configs: { 'claude-desktop': lab.desktopFile, 'claude-code': lab.claudeCodeFile },
    open: openByEntry,
    typeInWsl: lab.installed.onLinux,
    typeOnWindows: lab.installed.onWindows,
    leftovers: () => lab.leftoversOf('.mcp-twin'),
  }
}

describeUnless(await lacksLab(), 'Claude Desktop on Windows and Claude Code in WSL', () => {
  afterAll(() => resetLab())

  it('play a whole working day', async () => twoWindows(await inLab()))
})
