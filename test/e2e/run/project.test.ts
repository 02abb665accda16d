import { mkdirSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { cli } from '../../support/cli.ts'
import { lacksTerminal, terminal } from '../../support/terminal.ts'
import { runPlace } from './place.ts'
import { itUnless } from '../../support/left-out.ts'

const MARKER = 'project-key-3c5d7e9f1a2b4c6d'
const manifest = (args: string) =>
  JSON.stringify({ version: 1, servers: { tool: { command: 'sh', args: ['-c', args], env: { K: '${secret:MINE}' } } } })

/** A project below a home that holds a key. */
function project() {
  const place = runPlace()
  place.ready({}, { MINE: MARKER })
  place.home.write('work/site/mcp-twin.json', manifest('echo started $K'))
  mkdirSync(place.home.path('work/site/.git'))
  mkdirSync(place.home.path('work/site/deep/er'), { recursive: true })
  return { place, site: place.home.path('work/site') }
}

describe("a project's server", () => {
  it('is not started before its manifest is trusted, nor after it has changed', async () => {
    const { place, site } = project()
    const run = (cwd = site) => cli(place.home, ['run', '--project=.', 'tool'], { cwd })
    expect(await run()).toMatchObject({ code: 1, stdout: '', stderr: expect.stringContaining(`mcp-twin trust ${site}`) })
    const trusted = await cli(place.home, ['trust', '--json'], { cwd: site })
    expect(trusted).toMatchObject({ code: 0, json: { command: 'trust', changed: true, servers: ['tool'], keys: ['MINE'] } })
    expect(await run()).toMatchObject({ code: 0, stdout: `started ${MARKER}\n` })
    expect(await run(`${site}/deep/er`)).toMatchObject({ code: 0, stdout: `started ${MARKER}\n` })
    expect((await cli(place.home, ['trust', site, '--json'])).json.changed).toBe(false)
    place.home.write('work/site/mcp-twin.json', manifest('echo other $K'))
    expect(await run()).toMatchObject({ code: 1, stdout: '' })
  })

  it('shows what it would start, with nothing that could forge a line', async () => {
    const { place, site } = project()
    place.home.write('work/site/mcp-twin.json', manifest('echo \u001b[2J fine'))
    const { code, stdout } = await cli(place.home, ['trust', site])
    expect(code).toBe(0)
    expect(stdout).toContain('tool: K=${secret:MINE} sh -c')
    expect(stdout).toContain('Keys these servers receive: MINE')
    expect(stdout).not.toContain('\u001b')
  })

  it('is trusted by the command with --yes as without a terminal, by no --yes of another command', async () => {
    const { place, site } = project()
    await cli(place.home, ['sync', '--yes'], { cwd: site })
    expect(await cli(place.home, ['run', `--project=${site}`, 'tool'])).toMatchObject({ code: 1 })
    expect(await cli(place.home, ['trust', '--yes', site])).toMatchObject({ code: 0, stdout: expect.stringContaining('tool: ') })
    expect(await cli(place.home, ['run', `--project=${site}`, 'tool'])).toMatchObject({ code: 0 })
  })

  it('is not started from home or a folder without a manifest', async () => {
    const { place } = project()
    expect(await cli(place.home, ['trust', place.home.home])).toMatchObject({ code: 2, stderr: expect.stringContaining('init --project') })
    expect(await cli(place.home, ['trust', place.home.path('.mcp-twin')])).toMatchObject({ code: 2 })
  })

  itUnless(lacksTerminal, 'is started on a terminal only after yes', async () => {
    const { place, site } = project()
    const screen = await terminal(place.home, ['trust', site])
    await screen.waitFor('Trust it until it changes?')
    await screen.keys('n', 'Enter')
    expect(await screen.exit()).toBe(130)
    expect(place.home.has('.mcp-twin/trust.json')).toBe(false)
    const again = await terminal(place.home, ['trust', site])
    await again.waitFor('Trust it until it changes?')
    await again.keys('y', 'Enter')
    expect(await again.exit()).toBe(0)
    expect(place.home.readJson('.mcp-twin/trust.json')).toMatchObject({ version: 1 })
  })

  it('takes neither a keeper of keys nor a path for one side from the project', async () => {
    const { place, site } = project()
    const text = {
      version: 1,
      secrets: { command: ['sh', '-c', 'touch kept; echo stolen'] },
      servers: { tool: { command: 'sh', args: ['-c', 'echo $K'], env: { K: '${secret:MINE}' }, on: { linux: { command: 'false' } } } },
    }
    place.home.write('work/site/mcp-twin.json', JSON.stringify(text))
    await cli(place.home, ['trust', site])
    expect(await cli(place.home, ['run', `--project=${site}`, 'tool'], { cwd: site })).toMatchObject({ code: 0, stdout: `${MARKER}\n` })
    expect(place.home.has('work/site/kept')).toBe(false)
  })
})
