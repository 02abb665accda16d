import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { appendFileSync, renameSync } from 'node:fs'
import { createInterface } from 'node:readline'
import { afterEach, describe, expect, it } from 'vitest'
import { cli, cliPath } from '../../support/cli.ts'
import { nodePath } from '../../support/machine.ts'
import { greeted } from '../../support/mcp.ts'
import { leftovers } from '../../support/processes.ts'
import { type Scratch, scratch } from '../../support/scratch.ts'
import { token } from '../../support/key-copies.ts'
import { world } from '../../support/world.ts'

interface Followed {
  /** Settles with a line that fits. */
  until(fits: (line: string) => boolean): Promise<string>
  readonly lines: readonly string[]
  readonly child: ChildProcess
  /** As a terminal does it at Ctrl-C: every process of the command gets the signal. Gives the exit code. */
  interrupt(): Promise<number>
}
const running: ChildProcess[] = []
afterEach(() => {
  for (const { pid, exitCode, signalCode } of running.splice(0))
    if (pid !== undefined && exitCode === null && signalCode === null) process.kill(-pid, 'SIGKILL')
})

function follow(env: Record<string, string>, cwd: string, args: readonly string[] = []): Followed {
  const child = spawn(nodePath, [cliPath, 'events', '--follow', ...args], { env, cwd, detached: true })
  running.push(child)
  const lines: string[] = []
  let talk = ''
  let told: () => void = () => undefined
  child.stderr.on('data', (chunk) => {
    talk += chunk
  })
  createInterface({ input: child.stdout }).on('line', (line) => {
    lines.push(line)
    told()
  })
  const ended = once(child, 'exit').then(() => Promise.reject(new Error(`ended: ${talk}\n${lines.join('\n')}`)))
  ended.catch(() => undefined)
  return {
    ...{ child, lines },
    async interrupt() {
      process.kill(-(child.pid ?? 0), 'SIGINT')
      return (await once(child, 'exit'))[0] as number
    },
    async until(fits) {
      for (;;) {
        const found = lines.find(fits)
        if (found !== undefined) return found
        await Promise.race([ended, new Promise<void>((resolve) => (told = resolve))])
      }
    },
  }
}
const bridge = (place: Scratch, client: string) =>
  greeted({ command: nodePath, args: [cliPath, 'serve', '--client', client], env: place.env, cwd: place.root }, client)
const has =
  (...parts: string[]) =>
  (line: string) =>
    parts.every((part) => line.includes(part))

describe('events --follow', () => {
  it('shows changes, calls, refusals and sessions of other processes, a document a line', async () => {
    const place = scratch()
    await cli(place, ['memory', 'set', 'first', '1'])
    const { until, lines, interrupt } = follow(place.env, place.home, ['--json'])
    expect(JSON.parse(await until(has('"key":"first"')))).toMatchObject({
      command: 'events',
      kind: 'memory',
      namespace: 'shared',
      by: 'terminal',
    })
    expect(JSON.parse(await until(has('"audit"', 'memory_set')))).toMatchObject({ kind: 'audit', event: 'call', client: 'terminal' })
    const code = await bridge(place, 'claude-code')
    await code.call('memory_set', { key: 'second', value: 2 })
    expect(JSON.parse(await until(has('"key":"second"')))).toMatchObject({ kind: 'memory', by: 'claude-code' })
    await code.call('write_file', { path: 'f', content: 'x' })
    expect(JSON.parse(await until(has('write_file')))).toEqual({
      ...{ command: 'events', kind: 'audit', event: 'call', client: 'claude-code', tool: 'write_file' },
      ...{ subject: 'rewrite f', outcome: 'done', at: expect.any(Number) },
    })
    await code.call('read_file', { path: '~/.ssh/id_rsa' })
    expect(JSON.parse(await until(has('"denied"')))).toMatchObject({ tool: 'read_file', client: 'claude-code' })
    const { id } = (await cli(place, ['session', 'new', '--json'])).json
    expect(JSON.parse(await until(has('"session"', id)))).toMatchObject({ event: 'session', client: 'terminal', outcome: 'made' })
    await cli(place, ['session', 'revoke', id])
    await until(has('"session"', id, 'revoked'))
    for (const line of lines) expect(JSON.parse(line).command).toBe('events')
    await code.end()
    expect(await interrupt()).toBe(130)
    expect(await leftovers(place.root)).toEqual([])
  })
  it('shows people lines without keys that cannot be forged, and misses none at a rotation', async () => {
    const place = scratch()
    await cli(place, ['memory', 'set', 'first', '1'])
    const key = token()
    const { until, lines, child } = follow(place.env, place.home)
    await until(has('memory first in shared, by terminal'))
    const audit = place.path('.mcp-twin/bridge/audit.jsonl')
    const line = (subject: string) =>
      `${JSON.stringify({ at: new Date().toISOString(), event: 'call', client: 'x', tool: 't', subject, outcome: 'done' })}\n`
    expect((await cli(place, ['secret', 'set', 'K'], { input: key })).code).toBe(0)
    appendFileSync(audit, line(`a\u001b[2Jb\r\nfake ${key}`))
    appendFileSync(audit, 'no line of ours\n{"at":1}\n')
    appendFileSync(audit, line('before'))
    renameSync(audit, `${audit}.1`)
    appendFileSync(audit, line('after'))
    appendFileSync(audit, line('x, by terminal: done'))
    await cli(place, ['memory', 'set', 'x in shared, by ana', '1'])
    await until(has('t after, by x: done'))
    await until(has('t "x, by terminal: done", by x: done'))
    await until(has('memory "x in shared, by ana" in shared, by terminal'))
    await until(has('t before, by x: done'))
    expect(lines.find(has('fake'))).toMatch(/ {2}call t "a\\u001b\[2Jb\\r\\nfake •+", by x: done$/)
    expect(lines.join('\n')).not.toContain(key)
    expect(lines.join('\n')).not.toContain('no line of ours')
    child.kill('SIGTERM')
    expect((await once(child, 'exit'))[0]).toBe(0)
  })
  it('ends with both lists without --follow', async () => {
    const place = scratch()
    await cli(place, ['memory', 'set', 'first', '1'])
    await cli(place, ['memory', 'set', 'second', '2'])
    const { json } = await cli(place, ['events', '--lines', '1', '--json'])
    expect(json).toMatchObject({
      changes: [{ key: 'second' }],
      audit: [{ tool: 'memory_set', subject: expect.stringContaining('second') }],
    })
    expect((await cli(place, ['events'])).stdout.trim().split('\n')).toHaveLength(4)
    expect((await cli(scratch(), ['events'])).stdout).toContain('Nothing has happened yet.')
  })
})

describe('events of two sides', () => {
  it.each(['wsl:Ubuntu', 'windows'])('are all shown, typed on %s', async (side) => {
    const planted = world().wsl('Ubuntu').windows().client('claude-desktop', '{}').build()
    planted.self.write('.mcp-twin/mcp-twin.json', '{ "version": 1, "servers": {} }')
    const synced = await planted.cli(['sync'])
    expect(synced.code, synced.output).toBe(0)
    const { until, interrupt } = follow(planted.env(side), planted.scratch.root, ['--json'])
    const open = async (id: string, file: string) => {
      const { mcpServers } = JSON.parse(planted.side(id).read(file)) as { mcpServers: Record<string, { command: string; args: string[] }> }
      const { command, args } = mcpServers['mcp-twin'] ?? { command: '', args: [] }
      const [program = '', ...words] = planted.argv(id, command, args)
      return greeted({ command: program, args: words, env: planted.env(id), cwd: planted.scratch.root }, id)
    }
    const code = await open('wsl:Ubuntu', '.claude.json')
    const desktop = await open('windows', 'AppData/Roaming/Claude/claude_desktop_config.json')
    // The command may still be starting: what happened before it is shown too.
    await code.call('memory_set', { key: 'by-code', value: 1 })
    await desktop.call('memory_set', { key: 'by-desktop', value: 1 })
    await desktop.call('read_file', { path: '~/.ssh/id_rsa' })
    await until(has('"memory"', 'by-code', '"by":"claude-code"'))
    await until(has('"memory"', 'by-desktop', '"by":"claude-desktop"'))
    await until(has('"denied"', '"client":"claude-desktop"'))
    await until(has('"audit"', '"client":"claude-code"', 'memory_set'))
    expect(await interrupt()).toBe(130)
    for (const each of [code, desktop]) expect((await each.end()).code).toBe(0)
    expect(await leftovers(planted.scratch.root)).toEqual([])
  })
})
