import { spawnSync } from 'node:child_process'
import { closeSync, mkdtempSync, openSync, readdirSync, readFileSync, rmSync, unlinkSync, writeSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { cliPath } from '../../support/cli.ts'
import { describeUnless } from '../../support/left-out.ts'
import { nodePath } from '../../support/machine.ts'
import { session, type Session } from '../../support/mcp.ts'

// A full disk: a bridge whose home is a disk of 4 MiB, which bubblewrap mounts for it alone. From here
// that disk is reached through /proc/<pid>/root.
const size = 4 * 1024 * 1024
const wall = (at: string): string[] => ['--dev-bind', '/', '/', '--size', String(size), '--tmpfs', at, '--die-with-parent']
const works = spawnSync('bwrap', [...wall('/mnt'), 'true']).status === 0

describeUnless(works ? null : 'no bubblewrap that may mount', 'a disk that is full', () => {
  let home: string
  let server: Session
  /** The home's disk as it is reached from here. */
  let disk: string
  const call = async (name: string, args: object = {}): Promise<{ text: string; refused: boolean }> => {
    const result = (await server.ask('tools/call', { name, arguments: args })) as { content: { text: string }[]; isError?: boolean }
    return { text: result.content.map(({ text }) => text).join('\n'), refused: result.isError === true }
  }
  const good = async (name: string, args: object = {}): Promise<string> => {
    const { text, refused } = await call(name, args)
    expect(refused, text).toBe(false)
    return text
  }
  const full = async (name: string, args: object = {}) =>
    expect(await call(name, args)).toMatchObject({ refused: true, text: expect.stringMatching(/disk is full/) })
  const workspace = () => join(disk, '.mcp-twin', 'bridge', 'workspace')
  /** Takes all of the room that is left. */
  const fill = (name: string) => {
    const fd = openSync(join(disk, name), 'w')
    try {
      for (let piece = 1024 * 1024; piece >= 1; piece = Math.floor(piece / 2)) {
        try {
          for (;;) if (writeSync(fd, Buffer.alloc(piece, 'x')) < piece) break
        } catch (error) {
          expect(error).toMatchObject({ code: 'ENOSPC' })
        }
      }
    } finally {
      closeSync(fd)
    }
  }
  const audit = () =>
    readFileSync(join(disk, '.mcp-twin', 'bridge', 'audit.jsonl'), 'utf8')
      .trim()
      .split('\n')

  beforeAll(async () => {
    home = mkdtempSync(join(tmpdir(), 'bridge-full-'))
    const env = { PATH: process.env.PATH ?? '', HOME: home }
    server = session({
      command: 'bwrap',
      args: [...wall(home), nodePath, cliPath, 'serve', '--client', 'tester', '--terminal', 'on'],
      env,
      cwd: '/',
    })
    await server.ask('initialize', { protocolVersion: '2025-11-25', capabilities: {}, clientInfo: { name: 't', version: '1' } })
    const { text } = await call('bridge_status')
    expect(text).toMatch(/pid \d+/)
    // bubblewrap stays as the parent of what it started.
    const inner = readFileSync(`/proc/${server.pid}/task/${server.pid}/children`, 'utf8').trim().split(' ')[0]
    disk = `/proc/${inner}/root${home}`
  })
  afterAll(async () => {
    await server.end()
    rmSync(home, { recursive: true, force: true })
  })

  it('refuses what does not fit, and leaves every file as it was', async () => {
    await good('write_file', { path: 'keep', content: 'kept\n' })
    const much = 'x'.repeat(size)
    await full('write_file', { path: 'keep', content: much })
    await full('write_file', { path: 'keep', content: much, mode: 'append' })
    await full('write_file', { path: 'new', content: much })
    await full('edit_file', { path: 'keep', edits: [{ old_string: 'kept', new_string: much }] })
    await good('write_file', { path: 'half', content: 'y'.repeat(size * 0.6) })
    await full('copy_file', { source: 'half', destination: 'copy' })
    expect(readFileSync(join(workspace(), 'keep'), 'utf8')).toBe('kept\n')
    expect(readdirSync(workspace()).sort()).toEqual(['half', 'keep'])
  })
  it('loses no setting and no file without any room, and still reads', async () => {
    await good('set_config', { key: 'max_results', value: 7 })
    await good('memory_set', { key: 'before', value: 'kept' })
    fill('filler')
    await full('set_config', { key: 'max_results', value: 8 })
    await full('write_file', { path: 'more', content: 'x'.repeat(5000) })
    await full('memory_set', { key: 'lost', value: 'x'.repeat(100_000) })
    expect(await good('memory_get', { key: 'before' })).toMatch(/kept/)
    expect(await good('read_file', { path: 'keep' })).toBe('kept\n')
    expect(await good('get_config')).toMatch(/max_results = 7/)
    expect(readdirSync(join(disk, '.mcp-twin', 'bridge')).filter((name) => /^config\.json./.test(name))).toEqual([])
    expect(readdirSync(workspace()).filter((name) => name.includes('tmp'))).toEqual([])
  })
  it('stops commands at the first one that it cannot record', async () => {
    let ran = 0
    let last = { text: '', refused: false }
    // Lines still fit into the page that the file has already.
    for (; ran < 60 && !last.refused; ran++) last = await call('execute_command', { command: `true number-${ran}` })
    expect(last).toMatchObject({ refused: true, text: expect.stringMatching(/could not be recorded/) })
    const recorded = audit().filter((line) => line.includes('"execute_command"') && line.includes('"started"'))
    expect(recorded).toHaveLength(ran - 1)
    expect(await good('bridge_status')).toMatch(/The audit cannot be written/)
  })
  it('continues when there is room again, with an audit whose lines can be read but one', async () => {
    unlinkSync(join(disk, 'filler'))
    await good('execute_command', { command: 'echo again' })
    await good('write_file', { path: 'more', content: 'x'.repeat(5000) })
    await good('memory_set', { key: 'after', value: 'x'.repeat(5000) })
    expect(await good('memory_list')).not.toMatch(/lost/)
    await good('set_config', { key: 'max_results', value: 8 })
    expect(await good('bridge_status')).toMatch(/Nothing is wrong|Problem: No manifest yet at /)
    const broken = audit().filter((line) => {
      try {
        JSON.parse(line)
        return false
      } catch {
        return true
      }
    })
    expect(broken.length).toBeLessThanOrEqual(1)
    expect(audit().some((line) => line.includes('writable again'))).toBe(true)
    expect(JSON.parse(audit().at(-1) ?? '')).toMatchObject({ tool: 'set_config' })
  })
})
