import { describe, expect, it } from 'vitest'
import { cli } from '../../support/cli.ts'
import { type Scratch, scratch } from '../../support/scratch.ts'

const entry = { command: '/bin/true' }

function home(): Scratch & { run: (...args: readonly string[]) => ReturnType<typeof cli> } {
  const place = scratch()
  place.write('.claude.json', JSON.stringify({ mcpServers: { 'company-search': entry, other: entry } }))
  place.write('.mcp-twin/mcp-twin.json', JSON.stringify({ version: 1, servers: { mine: entry }, bridge: { enabled: false } }))
  return { ...place, run: (...args) => cli(place, [...args, '--offline']) }
}

describe('a server that a person ignores', () => {
  it('is left alone, and only named with --verbose', async () => {
    const place = home()
    const first = await place.run('sync')
    expect(first.stdout).toContain('company-search, other')
    expect(first.stdout).toMatch(/^ {4}mcp-twin ignore company-search other$/m)
    expect((await place.run('ignore', 'company-search')).code).toBe(0)
    for (const args of [['sync'], ['list'], ['diff'], ['doctor', '--check', 'unmanaged']]) {
      const { stdout } = await place.run(...args)
      expect(stdout, args.join(' ')).not.toContain('company-search')
      expect(stdout, args.join(' ')).toContain('other')
    }
    expect((await place.run('sync', '--verbose')).stdout).toContain('company-search')
    expect((await place.run('sync', '--json')).json.unmanaged).toContainEqual(
      expect.objectContaining({ server: 'company-search', ignored: true }),
    )
    expect((await place.run('ignore', '--list')).stdout).toBe('company-search\n')
  })

  it('is neither adopted nor pruned', async () => {
    const place = home()
    await place.run('ignore', 'company-search')
    expect((await place.run('sync', '--adopt')).code).toBe(0)
    expect(place.read('.mcp-twin/mcp-twin.json')).toContain('other')
    expect(place.read('.mcp-twin/mcp-twin.json')).not.toContain('company-search')
    expect((await place.run('sync', '--prune', '--yes')).code).toBe(0)
    expect(place.read('.claude.json')).toContain('company-search')
  })

  it('is reported again after --undo', async () => {
    const place = home()
    await place.run('ignore', 'company-search')
    expect((await place.run('ignore', 'company-search', '--undo')).code).toBe(0)
    expect((await place.run('list')).stdout).toContain('company-search')
    expect((await place.run('ignore')).stdout).toBe('No server is ignored.\n')
  })

  it.each([
    [['compny-search'], /did you mean "company-search"/],
    [['mine'], /mcp-twin disable mine/],
    [['nobody', '--undo'], /Unknown ignored server/],
    [['--undo'], /needs the name of a server/],
    [['x', '--list'], /takes no names/],
  ])('must be one that is in no manifest: %j', async (args, said) => {
    const done = await home().run('ignore', ...args)
    expect(done.code).toBe(2)
    expect(done.stderr).toMatch(said)
  })
})
