import { readFileSync, statSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { cli } from '../../support/cli.ts'
import { filesWith, textHolds, watchProcesses } from '../../support/processes.ts'
import { scratch } from '../../support/scratch.ts'
import { lacksTerminal, terminal } from '../../support/terminal.ts'
import { itUnless } from '../../support/left-out.ts'

const MARKER = `"q'\n$HOME %PATH% 🙂 ${'k'.repeat(40)}-2d9c7b1e`

function home() {
  const place = scratch({ npmCache: 'own' })
  place.write(
    '.mcp-twin/mcp-twin.json',
    JSON.stringify({
      version: 1,
      servers: {
        tavily: { package: 'tavily-mcp@0.2.22', env: { TAVILY_API_KEY: '${secret:TAVILY_API_KEY}' } },
        idle: { command: 'cat', env: { X: '${secret:MISSING}' } },
      },
    }),
  )
  return place
}
const stored = (place: ReturnType<typeof home>) => place.readJson('.mcp-twin/secrets.json')

describe('secret set', () => {
  it('takes all of standard input but one final newline, and shows it nowhere', async () => {
    const place = home()
    const sampler = await watchProcesses(MARKER)
    const { code, output } = await cli(place, ['secret', 'set', 'TAVILY_API_KEY'], { input: `${MARKER}\n` })
    expect(code).toBe(0)
    expect(output).toContain('mcp-twin sync')
    expect(textHolds(output, MARKER)).toBe(false)
    expect(stored(place)).toEqual({ TAVILY_API_KEY: MARKER })
    expect((await sampler.stop()).sightings).toEqual([])
    expect(filesWith(MARKER, [place.root])).toEqual([place.path('.mcp-twin/secrets.json')])
    expect(statSync(place.path('.mcp-twin/secrets.json')).mode & 0o777).toBe(0o600)
    const again = await cli(place, ['secret', 'set', 'TAVILY_API_KEY', '--json'], { input: MARKER })
    expect(again.json).toEqual({ command: 'secret', action: 'set', name: 'TAVILY_API_KEY', changed: false, usedBy: ['tavily'] })
  })

  it('refuses a key on the command line, without repeating it', async () => {
    const place = home()
    for (const words of [['KEY', 'sk-live-123456'], ['KEY=sk-live-123456'], ['sk-live-123456']]) {
      const { code, output } = await cli(place, ['secret', 'set', ...words])
      expect(code).toBe(2)
      expect(output).toContain('mcp-twin secret set')
      expect(output).not.toMatch(/sk.live.123456/)
    }
    expect(place.has('.mcp-twin/secrets.json')).toBe(false)
  })

  it('refuses what is empty or no text', async () => {
    const place = home()
    expect(await cli(place, ['secret', 'set', 'KEY'], { input: '\n' })).toMatchObject({ code: 2 })
    expect(await cli(place, ['secret', 'set', 'KEY'], { input: Buffer.from([0xff, 0xfe]) })).toMatchObject({ code: 2 })
    expect(await cli(place, ['secret', 'set'])).toMatchObject({ code: 2 })
  })

  itUnless(lacksTerminal, 'asks on a terminal, where the answer is not seen', async () => {
    const place = home()
    const screen = await terminal(place, ['secret', 'set', 'TAVILY_API_KEY'])
    await screen.waitFor('Value of TAVILY_API_KEY')
    expect(await screen.screen()).toContain('https://app.tavily.com/home')
    await screen.type('typed-key-8842')
    await screen.keys('Enter')
    await screen.waitFor('such keys begin with tvly-')
    await screen.keys('Enter')
    await screen.waitFor(/Value of[\s\S]*Value of/)
    await screen.type('typed-key-8842')
    await screen.keys('Enter')
    await screen.waitFor(/Use it anyway[\s\S]*Use it anyway/)
    await screen.keys('y', 'Enter')
    expect(await screen.exit()).toBe(0)
    expect(await screen.history()).not.toContain('typed-key')
    expect(stored(place)).toEqual({ TAVILY_API_KEY: 'typed-key-8842' })
    const cancelled = await terminal(place, ['secret', 'set', 'OTHER'])
    await cancelled.waitFor('Value of OTHER')
    await cancelled.keys('C-c')
    expect(await cancelled.exit()).toBe(130)
    expect(stored(place)).toEqual({ TAVILY_API_KEY: 'typed-key-8842' })
  })
})

describe('secret list', () => {
  it('names the keys and who uses them, never a value', async () => {
    const place = home()
    for (const name of ['TAVILY_API_KEY', 'SPARE']) await cli(place, ['secret', 'set', name], { input: MARKER })
    const { code, stdout, stderr } = await cli(place, ['secret', 'list'])
    expect(code).toBe(0)
    expect(stdout.split('\n').filter((line) => line !== '')).toEqual([
      'MISSING         not stored, used by idle',
      'SPARE           used by no server',
      'TAVILY_API_KEY  used by tavily',
    ])
    expect(stderr).toContain('mcp-twin secret set MISSING')
    const { json, stdout: text } = await cli(place, ['secret', 'list', '--json'])
    expect(json.keys).toContainEqual({ name: 'TAVILY_API_KEY', stored: true, usedBy: ['tavily'] })
    expect(textHolds(text + stdout, MARKER)).toBe(false)
  })
})

describe('secret remove', () => {
  it('names every file that still holds a copy', async () => {
    const place = home()
    await cli(place, ['secret', 'set', 'TAVILY_API_KEY'], { input: MARKER })
    const desktop = place.write('.cursor/mcp.json', JSON.stringify({ mcpServers: { tavily: { env: { K: MARKER } } } }))
    const backup = place.write('.mcp-twin/backups/1/0.json', `{"k":${JSON.stringify(MARKER).replace('🙂', '\\ud83d\\ude42')}}`)
    const claude = place.write('.claude/backups/.claude.json.backup.1', JSON.stringify({ K: `Bearer ${MARKER}` }))
    place.write('.mcp-twin/backups/1/1.json', '{}')
    const files = { linux: { cursor: { [desktop]: { entries: {} } } }, windows: { cursor: { 'C:\\c.json': { entries: {} } } } }
    place.write('.mcp-twin/state.json', JSON.stringify({ version: 1, files }))
    const { code, json, output } = await cli(place, ['secret', 'remove', 'TAVILY_API_KEY', '--json'])
    expect(code).toBe(0)
    expect(json).toMatchObject({ command: 'secret', action: 'remove', name: 'TAVILY_API_KEY', usedBy: ['tavily'] })
    expect(json.copies.map((copy: { file: string }) => copy.file).sort()).toEqual([backup, claude, desktop].sort())
    expect(json.unsearched).toEqual(['windows'])
    expect(textHolds(output, MARKER)).toBe(false)
    expect(JSON.parse(readFileSync(place.path('.mcp-twin/secrets.json'), 'utf8'))).toEqual({})
    expect(await cli(place, ['secret', 'remove', 'TAVILY_API_KEY'])).toMatchObject({ code: 2 })
  })
})

describe('a key that a project asks for', () => {
  const project = () => {
    const place = scratch({ npmCache: 'own' })
    const servers = { ks: { command: 'true', env: { K: '${secret:PK}', L: '${secret:LACKED}' } } }
    place.write('work/site/mcp-twin.json', JSON.stringify({ version: 1, servers }))
    place.write('.mcp-twin/mcp-twin.json', JSON.stringify({ version: 1, servers: {} }))
    return { place, at: (args: string[], input?: string) => cli(place, args, { cwd: place.path('work/site'), ...(input && { input }) }) }
  }

  it('counts when it is in the store: for secret, doctor and trust alike', async () => {
    const { place, at } = project()
    const missing = async () =>
      (await at(['doctor', '--check', 'keys-present', '--json'])).json.findings.map(({ subject }: { subject: string }) => subject)
    expect(await missing()).toEqual(['PK', 'LACKED'])
    expect(await at(['secret', 'set', 'PK'], 'the-key-of-a-project')).toMatchObject({
      code: 0,
      stderr: 'Used by the project ~/work/site, which receives it when its servers start.\n',
    })
    expect(await missing()).toEqual(['LACKED'])
    expect((await at(['trust'])).stderr).toMatch(/^LACKED is not stored yet:\n {2}mcp-twin secret set LACKED\n/)
    // From now on also seen from elsewhere.
    const listed = await cli(place, ['secret', 'list'])
    expect(listed.stdout).toMatch(/^LACKED +not stored, used by the project ~\/work\/site\nPK +used by the project ~\/work\/site\n$/)
    expect((await cli(place, ['secret', 'list', '--json'])).json.keys).toEqual([
      { name: 'LACKED', stored: false, usedBy: [], projects: [place.path('work/site')] },
      { name: 'PK', stored: true, usedBy: [], projects: [place.path('work/site')] },
    ])
    expect((await cli(place, ['secret', 'remove', 'PK'])).stderr).toContain('the project ~/work/site still needs it')
  })

  it('is of no use to a manifest that cannot be read, which stops nobody', async () => {
    const { place, at } = project()
    place.write('work/site/mcp-twin.json', '{ broken')
    place.write('.mcp-twin/trust.json', '{ broken')
    expect((await at(['secret', 'set', 'PK'], 'x-key')).stderr).toContain('No server uses it yet')
    expect((await at(['secret', 'list'])).stdout).toBe('PK  used by no server\n')
  })
})
