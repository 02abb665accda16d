import { mkdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeEach, expect, it } from 'vitest'
import { cli, cliPath } from '../../support/cli.ts'
import { describeUnless } from '../../support/left-out.ts'
import { nodePath } from '../../support/machine.ts'
import { leftovers } from '../../support/processes.ts'
import { program } from '../../support/program.ts'
import { type Scratch, scratch } from '../../support/scratch.ts'
import { lacksTerminal, type Terminal, terminal } from '../../support/terminal.ts'

const question = 'Approve? (y/N)'
const server = { command: 'node', args: ['/opt/server.mjs', '--deep', 'two words'], env: { LEVEL: '2' } }
/** More than a line of the screen holds, so that a cut would show. */
const long = `--only=${'part-'.repeat(30)}end`

describeUnless(lacksTerminal, 'a person at a terminal who runs an action that waits', () => {
  let place: Scratch
  let id: string
  let before: string

  const config = () => place.read('.claude.json')
  const status = async () => (await cli(place, ['actions', 'show', id, '--json'])).json.status
  const audit = () => readFileSync(join(place.home, '.mcp-twin/bridge/audit.jsonl'), 'utf8')
  const run = async (...more: string[]): Promise<Terminal> => {
    const screen = await terminal(place, ['actions', 'run', id, ...more])
    await screen.waitFor(question)
    return screen
  }

  beforeEach(async () => {
    place = scratch()
    mkdirSync(join(place.home, '.mcp-twin'), { mode: 0o700 })
    place.write('.mcp-twin/mcp-twin.json', '{ "version": 1, "servers": {}, "bridge": { "enabled": false } }\n')
    place.write('.claude.json', '{ "numStartups": 3 }\n')
    before = config()
    const bridge = [cliPath, 'serve', '--client', 'claude-desktop']
    const desktop = await program('claude-desktop', 'legacy', { command: nodePath, args: bridge, env: place.env, cwd: place.root })
    const params = { name: 'files', ...server, args: [...server.args, long] }
    const queued = await desktop.data('queue_action', { type: 'update_mcp_config', params })
    await desktop.client.close()
    expect(queued.status).toBe('needs_user')
    id = String(queued.id)
  })

  it('sees the whole command under --quiet, too', async () => {
    const screen = await run('--quiet')
    expect((await screen.screen()).replace(/\s/g, '')).toContain(long)
    await screen.keys('Enter')
    expect(await screen.exit()).toBe(130)
  })

  it('gets a refusal when the manifest breaks during the question', async () => {
    const screen = await run()
    place.write('.mcp-twin/mcp-twin.json', '{ "version": 1, "bridge": { "readonly": true } }\n')
    await screen.keys('y', 'Enter')
    expect(await screen.exit()).toBe(1)
    expect(await screen.screen()).toContain('Nothing was done.')
    expect(config()).toBe(before)
    expect(audit()).not.toContain('approved')
  })

  it('sees the whole command, and changes nothing by no', async () => {
    const screen = await run()
    const shown = await screen.screen()
    expect(shown).toContain('Claude Desktop asks to set up the server files in every program that takes part.')
    expect(shown).toMatch(/It starts this program:\n {4}node \/opt\/server\.mjs --deep 'two words'\n {6}--only=part-/)
    // A word that is longer than the screen is broken, and all of it is there.
    expect(shown.replace(/\s/g, '')).toContain(`node/opt/server.mjs--deep'twowords'${long}`)
    expect(shown).toMatch(/With these variables:\n {4}LEVEL=2\nIt gets no key\.\nIt gets no right of its own\.\n/)
    expect(shown).toMatch(/These files change:\n {4}~\/\.mcp-twin\/mcp-twin\.json, your manifest\n {4}~\/\.claude\.json, of Claude Code/)
    expect(shown).not.toMatch(/actions run|[{}]/)
    await screen.keys('n', 'Enter')
    expect(await screen.exit()).toBe(130)
    expect(await screen.history()).toContain('Cancelled; nothing was changed.')
    expect([await status(), config()]).toEqual(['needs_user', before])
    // Enter alone is a no as well.
    const hasty = await run()
    await hasty.keys('Enter')
    expect(await hasty.exit()).toBe(130)
    expect([await status(), config()]).toEqual(['needs_user', before])
    expect(audit()).not.toContain('approved')
  })

  it('leaves it waiting by Ctrl-C', async () => {
    const screen = await run()
    await screen.keys('C-c')
    expect(await screen.exit()).toBe(130)
    expect([await status(), config()]).toEqual(['needs_user', before])
    expect(audit()).not.toContain('approved')
    await screen.close()
    expect(await leftovers(place.root)).toEqual([])
  })

  it('runs it by yes', async () => {
    const screen = await run()
    await screen.keys('y', 'Enter')
    expect(await screen.exit()).toBe(0)
    const said = await screen.history()
    expect(said).toMatch(/Done: files is set up in Claude Code\.\nRestart Claude Code to use it\.\nTo take it back:\n +mcp-twin undo \d/)
    expect(said).not.toMatch(/[{}]/)
    expect(await status()).toBe('done')
    expect(JSON.parse(config())).toEqual({
      numStartups: 3,
      mcpServers: { files: { ...server, args: [...server.args, long] } },
    })
    expect(audit()).toMatch(/"client":"terminal","tool":"update_mcp_config".*"outcome":"approved"/)
  })
})
