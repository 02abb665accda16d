import { readFileSync } from 'node:fs'
import { hostname } from 'node:os'
import { expect, it } from 'vitest'
import { bundleId, install, lacksPacker } from '../../support/bundles.ts'
import { describeUnless } from '../../support/left-out.ts'
import { lacksTerminal, terminal } from '../../support/terminal.ts'
import { documents, entryOf, notes, place } from './notes.ts'

const lacks = (await lacksPacker()) ?? lacksTerminal

/** A second bundle of the same kind, which is switched off. */
const shelf = { ...notes, name: 'shelf' }

const furnished = () => {
  const planted = place()
  const windows = planted.side('windows')
  install(windows, notes, { userConfig: { folders: [documents], api_key: 'nk-0123456789abcdefghij' } })
  install(windows, shelf, { isEnabled: false })
  return planted
}

describeUnless(lacks, 'init with extensions in Claude Desktop', () => {
  it('brings none by itself, and names the command', async () => {
    const planted = furnished()
    const { json, code } = await planted.cli(['init', '--yes', '--no-bridge', '--no-command', '--json'])
    expect(code).toBe(0)
    expect(json.extensions).toEqual([
      expect.objectContaining({
        id: bundleId('notes'),
        name: 'notes',
        version: '1.0.0',
        enabled: true,
        source: 'local',
        signature: 'unsigned',
        server: null,
        reason: null,
      }),
      expect.objectContaining({ id: bundleId('shelf'), enabled: false, server: null, reason: 'it is switched off in Claude Desktop' }),
    ])
    expect(json.notices).toContainEqual(expect.stringContaining(`mcp-twin add extension:${bundleId('notes')}`))
    expect(entryOf(planted)).toBeUndefined()
    expect((await planted.cli(['list'])).stdout.replace(/\s+/g, ' ')).toContain(`mcp-twin add extension:${bundleId('notes')}`)
  })

  it('brings all that can come with --both, and says why another one stays', async () => {
    const planted = furnished()
    const { json, code } = await planted.cli(['init', '--yes', '--both', '--no-bridge', '--no-command', '--json'])
    expect(code).toBe(0)
    expect(json.extensions).toContainEqual(expect.objectContaining({ id: bundleId('notes'), server: 'notes', reason: null }))
    expect(json.notices).toContainEqual(expect.stringContaining(`${bundleId('shelf')} stays in Claude Desktop alone`))
    expect(entryOf(planted).env.NOTES_API_KEY).toBe('nk-0123456789abcdefghij')
    expect((await planted.cli(['sync', '--check'])).code).toBe(0)
  })

  it('asks on a terminal, with none ticked', async () => {
    const planted = furnished()
    const screen = await terminal({ root: planted.scratch.root, home: planted.scratch.home, env: planted.env() }, ['init', '--no-install'])
    await screen.waitFor('More from the list')
    await screen.keys('Enter')
    await screen.waitFor('which ones should your other programs start too?')
    await screen.keys('Space', 'Enter')
    await screen.waitFor('through the bridge?')
    expect((await screen.history()).replace(/\s+/g, ' ')).toContain('it starts: node ${__dirname}/server/index.js')
    await screen.keys('n', 'Enter')
    await screen.waitFor('Go ahead?')
    await screen.keys('Enter')
    await screen.waitFor('To apply the manifest:')
    expect(planted.self.read('.mcp-twin/mcp-twin.json')).toContain(`"extension": "${bundleId('notes')}"`)
    expect(planted.self.read('.mcp-twin/mcp-twin.json')).not.toContain('shelf')
  })
})

describeUnless(await lacksPacker(), 'an export with an extension', () => {
  it('names the machine, and an import elsewhere leaves the extension out', async () => {
    const planted = furnished()
    await planted.cli(['add', `extension:${bundleId('notes')}`, '--yes'])
    const folder = `${planted.scratch.root}/setup`
    expect((await planted.cli(['export', folder])).code).toBe(0)
    expect(readFileSync(`${folder}/SETUP.md`, 'utf8')).toContain(
      `| notes | extension | \`${bundleId('notes')}\` in Claude Desktop on ${hostname()} |`,
    )
    const elsewhere = place()
    const imported = await elsewhere.cli(['import', folder, '--trust', '--json'])
    expect(imported.code).toBe(0)
    expect(imported.json.notices).toContainEqual(expect.stringContaining('notes is left out'))
    expect(elsewhere.self.read('.mcp-twin/mcp-twin.json')).not.toContain('extension')
  })
})
