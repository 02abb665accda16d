import { readFileSync } from 'node:fs'
import { expect, it } from 'vitest'
import { bundleId, inExtension, install, lacksPacker, tick } from '../../support/bundles.ts'
import { describeUnless } from '../../support/left-out.ts'
import { world } from '../../support/world.ts'
import { documents, entryOf, mounted, notes, place } from './notes.ts'

describeUnless(await lacksPacker(), 'an extension of JavaScript', () => {
  it("is started by each side's own node, on the same files, and follows what is ticked in Claude Desktop", async () => {
    const planted = place()
    const windows = planted.side('windows')
    const id = install(windows, notes, { userConfig: { folders: [documents] } })
    const added = await planted.cli(['add', `extension:${id}`, '--yes', '--json'], { tries: true })
    expect(added).toMatchObject({ code: 0 })
    const answered = (environment: string) => expect.objectContaining({ server: 'notes', environment, ok: true, tools: 1 })
    expect(added.json.checks).toEqual([answered('wsl:Ubuntu'), answered('windows')])
    expect(entryOf(planted, 'notes')).toMatchObject({
      args: [mounted(planted, windows.native(inExtension('notes', 'server', 'index.js'))), '--max', '7', mounted(planted, documents)],
      env: { NOTES_VERBOSE: 'false' },
    })
    expect(entryOf(planted, 'notes', 'cursor', 'windows')).toMatchObject({
      args: [windows.native(inExtension('notes', 'server', 'index.js')), '--max', '7', documents],
    })
    expect(entryOf(planted, 'notes', 'claude-desktop', 'windows')).toBeUndefined()
    tick(windows, 'notes', { userConfig: { folders: [documents, 'C:\\Work'], max: 9 } })
    expect((await planted.cli(['sync', '--check'])).code).toBe(3)
    expect((await planted.cli(['sync'])).code).toBe(0)
    expect(entryOf(planted, 'notes').args.slice(1)).toEqual(['--max', '9', mounted(planted, documents), mounted(planted, 'C:\\Work')])
    expect(bundleId('notes')).toBe(id)
  })

  it('is offered by completion where Claude Desktop has a file of ours', async () => {
    const planted = place()
    const id = install(planted.side('windows'), notes)
    expect((await planted.cli(['add', '--yes', 'one', '--command', 'one'])).code).toBe(0)
    // What detection remembers of the other sides; a planted world needs none.
    const { environments } = JSON.parse(readFileSync(planted.env().MCP_TWIN_WORLD ?? '', 'utf8'))
    const others = environments.filter(({ self }: { self: boolean }) => !self)
    planted.self.write('.mcp-twin/cache.json', JSON.stringify({ version: 3, foundAtMs: 0, key: '', nodes: {}, environments: others }))
    expect((await planted.cli(['completion', 'bash', '--', 'add', 'extension:'])).stdout).toBe(`extension:${id}\n`)
    expect((await planted.cli(['completion', 'bash', '--', 'add', 'tav'])).stdout).toBe('tavily\n')
  })

  it('is brought by a home on Windows too', async () => {
    const planted = world()
      .windows()
      .client('claude-desktop', '{}')
      .client('cursor', '{}')
      .wsl('Ubuntu')
      .client('claude-code', '{}')
      .build()
    const id = install(planted.self, notes, { userConfig: { folders: [documents] } })
    expect((await planted.cli(['add', `extension:${id}`, '--yes'])).code).toBe(0)
    expect(entryOf(planted).args).toEqual([
      `/mnt/c/Users/Ana/${inExtension('notes', 'server', 'index.js').replaceAll('\\', '/')}`,
      ...['--max', '7', '/mnt/c/Users/Ana/Documents'],
    ])
    expect(entryOf(planted, 'notes', 'cursor', 'windows').args.at(-1)).toBe(documents)
    expect((await planted.cli(['sync', '--check'])).code).toBe(0)
  })
})
