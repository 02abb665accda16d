import { renameSync, rmSync, symlinkSync } from 'node:fs'
import { expect, it } from 'vitest'
import { bundleId, inExtension, install, lacksPacker, tick } from '../../support/bundles.ts'
import { filesBelow } from './files.ts'
import type { Side } from '../../support/side.ts'
import { watching } from '../../support/watching.ts'
import { describeUnless } from '../../support/left-out.ts'
import { documents, entryOf, notes, place } from './notes.ts'

const args = ['${__dirname}/server/index.js', '--read', '/etc/passwd']
const otherWords = { ...notes, version: '2.0.0', server: { ...notes.server, mcp_config: { command: 'node', args } } }

describeUnless(await lacksPacker(), 'an extension that other programs have', () => {
  const brought = async () => {
    const planted = place()
    const windows = planted.side('windows')
    const id = install(windows, notes, { userConfig: { folders: [documents] } })
    expect((await planted.cli(['add', `extension:${id}`, '--yes'])).code).toBe(0)
    return { planted, windows, id }
  }

  it('starts nothing new after an update by Claude Desktop until a person agrees', async () => {
    const { planted, windows, id } = await brought()
    const before = entryOf(planted)
    install(windows, otherWords, { userConfig: { folders: [documents] } })
    const refused = await planted.cli(['sync', '--json'])
    expect(refused.code).toBe(3)
    expect(refused.json.steps).toContainEqual(
      expect.objectContaining({
        kind: 'refuse',
        server: 'notes',
        hint: `mcp-twin add extension:${id}`,
        reason: expect.stringContaining('not agreed'),
      }),
    )
    expect(entryOf(planted)).toEqual(before)
    const agreed = await planted.cli(['add', `extension:${id}`, '--yes'])
    expect(agreed.stderr).toContain('--read /etc/passwd')
    expect(agreed.code).toBe(0)
    expect(entryOf(planted).args.slice(1)).toEqual(['--read', '/etc/passwd'])
    expect((await planted.cli(['sync', '--check'])).code).toBe(0)
  })

  it.each<[string, string, (windows: Side) => void]>([
    [
      'what it starts leads out of its folder by a link',
      'lies outside its folder',
      (windows) => {
        windows.write('AppData\\Roaming\\Claude\\other.js', '')
        rmSync(windows.here(inExtension('notes', 'server', 'index.js')))
        symlinkSync(windows.here('AppData\\Roaming\\Claude\\other.js'), windows.here(inExtension('notes', 'server', 'index.js')))
      },
    ],
    [
      'its folder was moved away, a link in its place',
      'leads elsewhere by a link',
      (windows) => {
        renameSync(windows.here(inExtension('notes')), windows.here('moved'))
        symlinkSync(windows.here('moved'), windows.here(inExtension('notes')))
      },
    ],
    [
      'a default of the same version is another one',
      'not agreed',
      (windows) => {
        const path = inExtension('notes', 'manifest.json')
        windows.write(path, windows.read(path).replace('"default":7', '"default":"--import=/tmp/other.js"'))
      },
    ],
  ])('is refused, and its entry stays, where afterwards %s', async (_, words, change) => {
    const { planted, windows } = await brought()
    const before = entryOf(planted)
    const manifest = '.mcp-twin/mcp-twin.json'
    change(windows)
    const refused = await planted.cli(['sync', '--json'])
    expect(refused.code, refused.output).toBe(3)
    const refusal = expect.objectContaining({ kind: 'refuse', server: 'notes', reason: expect.stringContaining(words) })
    expect(refused.json.steps).toContainEqual(refusal)
    expect(entryOf(planted)).toEqual(before)
    planted.self.write(manifest, planted.self.read(manifest).replace('"extension"', '"launch": "run", "extension"'))
    expect(await planted.cli(['run', 'notes'], { input: '' })).toMatchObject({ stdout: '', stderr: expect.stringContaining(words) })
  })

  it('can be agreed to without a sync', async () => {
    const { planted, windows, id } = await brought()
    install(windows, otherWords, { userConfig: { folders: [documents] } })
    expect((await planted.cli(['add', `extension:${id}`, '--yes', '--no-sync'])).code).toBe(0)
    expect(entryOf(planted).args).toContain('--max')
    expect((await planted.cli(['sync'])).code).toBe(0)
    expect(entryOf(planted).args).toContain('--read')
  })

  it('follows what is ticked in Claude Desktop by itself where the home is watched', async () => {
    const { planted, windows } = await brought()
    const watcher = watching(planted)
    try {
      await watcher.next('the first sync', (each) => each.command === 'sync')
      tick(windows, 'notes', { userConfig: { folders: [documents], max: 9 } })
      await watcher.next('the change', ({ changed }) => changed)
      expect(entryOf(planted).args).toEqual(expect.arrayContaining(['--max', '9']))
      install(windows, otherWords, { userConfig: { folders: [documents] } })
      const { steps } = await watcher.next('the update', (each) => !each.inSync)
      expect(steps).toContainEqual(expect.objectContaining({ kind: 'refuse', server: 'notes' }))
    } finally {
      await watcher.end()
    }
  })

  it('stays when it is switched off in Claude Desktop, with a notice', async () => {
    const { planted, windows } = await brought()
    const before = entryOf(planted)
    tick(windows, 'notes', { isEnabled: false, userConfig: { folders: [documents] } })
    const synced = await planted.cli(['sync'])
    expect(synced).toMatchObject({ code: 0, stdout: expect.stringContaining('mcp-twin disable notes') })
    expect(entryOf(planted)).toEqual(before)
    const { json } = await planted.cli(['doctor', '--check', 'extensions', '--json'])
    expect(json.findings).toContainEqual(expect.objectContaining({ check: 'extensions', level: 'info', fix: 'mcp-twin disable notes' }))
  })

  it('is refused with the command that removes it once it is uninstalled there', async () => {
    const { planted, windows } = await brought()
    rmSync(windows.here(inExtension('notes')), { recursive: true })
    const synced = await planted.cli(['sync', '--json'])
    expect(synced.code).toBe(3)
    expect(synced.json.steps).toContainEqual(expect.objectContaining({ kind: 'refuse', server: 'notes', hint: 'mcp-twin remove notes' }))
    const { json } = await planted.cli(['doctor', '--check', 'extensions', '--json'])
    expect(json.findings).toContainEqual(expect.objectContaining({ check: 'extensions', level: 'error', fix: 'mcp-twin remove notes' }))
    expect((await planted.cli(['remove', 'notes'])).code).toBe(0)
    expect(entryOf(planted)).toBeUndefined()
  })

  it('stays when Claude Desktop’s whole folder is missing, and does not count as uninstalled', async () => {
    const { planted, windows } = await brought()
    const before = entryOf(planted)
    rmSync(windows.here('AppData\\Roaming\\Claude'), { recursive: true })
    const synced = await planted.cli(['sync', '--json'])
    expect(synced.code).toBe(3)
    expect(synced.json.steps).toContainEqual(
      expect.objectContaining({ kind: 'refuse', server: 'notes', reason: expect.stringContaining("Claude Desktop's folder is not there") }),
    )
    expect(synced.stdout).not.toContain('no longer installed')
    expect(entryOf(planted)).toEqual(before)
    const { json } = await planted.cli(['doctor', '--check', 'extensions', '--json'])
    expect(json.findings).toContainEqual(expect.objectContaining({ check: 'extensions', level: 'skipped' }))
  })

  it("leaves Claude Desktop's bytes alone, uninstall included", async () => {
    const planted = place()
    const windows = planted.side('windows')
    const id = install(windows, notes, { userConfig: { folders: [documents] } })
    const before = filesBelow(windows.here('AppData\\Roaming\\Claude'), 'claude_desktop_config.json')
    await planted.cli(['add', `extension:${id}`, '--yes'])
    await planted.cli(['sync'])
    expect((await planted.cli(['uninstall', '--yes'])).code).toBe(0)
    expect(filesBelow(windows.here('AppData\\Roaming\\Claude'), 'claude_desktop_config.json')).toEqual(before)
    expect(entryOf(planted)).toBeUndefined()
  })

  it('is not adopted with hand edits of its entry', async () => {
    const { planted } = await brought()
    const file = planted.self.clientFile('claude-code')
    planted.self.write(file, planted.self.read(file).replace('"--max"', '"--most"'))
    const adopted = await planted.cli(['sync', '--adopt'])
    expect(adopted.stdout.replace(/\s+/g, ' ')).toContain('"notes" starts an extension of Claude Desktop')
    expect(planted.self.read('.mcp-twin/mcp-twin.json')).not.toContain('--most')
    expect((await planted.cli(['sync', '--force'])).code).toBe(0)
    expect(entryOf(planted).args).toContain('--max')
  })

  it('is started by its name only as it was agreed to', async () => {
    const { planted, windows } = await brought()
    const manifest = '.mcp-twin/mcp-twin.json'
    planted.self.write(manifest, planted.self.read(manifest).replace('"extension"', '"launch": "run", "extension"'))
    expect((await planted.cli(['sync'])).code).toBe(0)
    expect(entryOf(planted).args.slice(-2)).toEqual(['run', 'notes'])
    const asked = `${JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'initialize', params: { protocolVersion: '2025-06-18', capabilities: {}, clientInfo: { name: 'x', version: '1' } } })}\n`
    expect((await planted.cli(['run', 'notes'], { input: asked })).stdout).toContain('"serverInfo":{"name":"notes"')
    install(windows, otherWords, { userConfig: { folders: [documents] } })
    expect(await planted.cli(['run', 'notes'], { input: asked })).toMatchObject({
      stdout: '',
      stderr: expect.stringContaining(`mcp-twin add extension:${bundleId('notes')}`),
    })
  })

  it('is reported where another entry starts the same', async () => {
    const { planted, windows } = await brought()
    const entry = { command: 'node', args: [windows.native(inExtension('notes', 'server', 'index.js')), '--max', '7', documents] }
    windows.write(windows.clientFile('claude-desktop'), JSON.stringify({ mcpServers: { mine: entry } }))
    const { json } = await planted.cli(['doctor', '--check', 'name-clashes', '--json'])
    expect(json.findings).toContainEqual(expect.objectContaining({ subject: 'mine', message: expect.stringContaining(bundleId('notes')) }))
  })
})
