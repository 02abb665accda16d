import { mkdirSync } from 'node:fs'
import { expect, it } from 'vitest'
import { claude, claudeList, lacksClaudeCode } from '../../support/claude-code.ts'
import { cli, cliPath } from '../../support/cli.ts'
import { describeUnless } from '../../support/left-out.ts'
import { nodePath } from '../../support/machine.ts'
import { processesWith } from '../../support/processes.ts'
import { scratch } from '../../support/scratch.ts'
import { service } from '../../support/service.ts'
import { modelStandIn, type Turn } from './model-stand-in.ts'

const turns = (prefix: string): Turn[] => [
  { tool: `${prefix}__write_file`, input: { path: 'note.txt', content: 'written by the model\n' } },
  { tool: `${prefix}__read_file`, input: { path: 'note.txt' } },
  { tool: `${prefix}__search_text`, input: { path: '.', pattern: 'by the model' } },
  { tool: `${prefix}__execute_command`, input: { command: 'cat note.txt; echo $((6*7))' } },
  { tool: `${prefix}__bridge_status`, input: {} },
  { say: 'finished' },
]

describeUnless(await lacksClaudeCode(), 'the real Claude Code', () => {
  it('stores and reads memory through its own entry, and our hook says what waits', async () => {
    const place = scratch()
    mkdirSync(place.path('project'))
    const set = await cli(place, ['init', '--yes', '--no-import', '--offline', '--hook'])
    expect(set.code, set.output).toBe(0)
    place.write('.claude.json', JSON.stringify({ ...(place.readJson('.claude.json') as object), hasCompletedOnboarding: true }))
    await cli(place, ['handoff', 'new', 'Login form', '--goal', 'Users can log in', '--to', 'claude-code'])
    const decision = { method: 'JWT', library: 'jsonwebtoken' }
    const tool = (name: string, input: object): Turn => ({ tool: `mcp__mcp-twin__${name}`, input })
    const model = await modelStandIn([
      tool('memory_set', { key: 'auth-approach', value: decision, rationale: 'Stateless, works across services' }),
      tool('memory_get', { key: 'auth-approach' }),
      tool('inbox', {}),
      { say: 'finished' },
    ])
    const answer = await claude(place, ['-p', 'do it', '--output-format', 'json', '--allowedTools', 'mcp__mcp-twin'], {
      network: 'host',
      cwd: place.path('project'),
      env: { ANTHROPIC_BASE_URL: model.url, ANTHROPIC_API_KEY: 'stand-in', ENABLE_TOOL_SEARCH: 'false' },
    })
    model.close()
    expect(answer.text).toContain('finished')
    expect(model.heard[0]?.messages).toContain('mcp-twin: 1 handoff waits for you: call inbox.')
    const last = JSON.stringify(model.heard.at(-1)?.results)
    for (const words of ['jsonwebtoken', 'Stateless', 'Login form']) expect(last).toContain(words)
    expect(last).not.toContain('"is_error":true')
    const found = (await cli(place, ['memory', 'get', 'auth-approach', '--json'])).json
    expect(found).toMatchObject({ found: true, value: decision, by: 'claude-code', namespace: expect.stringMatching(/^project-/) })
    // Its settings file is written by the program itself too; our hook stays.
    expect(place.read('.claude/settings.json')).toContain('inbox --brief')
    await expect.poll(() => processesWith(place.root).filter(({ command }) => command.includes('serve'))).toEqual([])
  })

  it('connects over stdio, HTTP and WebSocket, and calls tools that a stand-in of its model asks for', async () => {
    const place = scratch()
    mkdirSync(place.path('project'))
    const bridge = await service(place, ['--terminal', 'on'])
    const legacy = await service(place, ['--terminal', 'on'], '--ws')
    const { token } = (await cli(place, ['session', 'new', '--json'])).json
    const servers = {
      twin: { command: nodePath, args: [cliPath, 'serve', '--client', 'claude-code', '--terminal', 'on'] },
      socket: { type: 'ws', url: `ws://127.0.0.1:${legacy.port}/`, headers: { Authorization: `Bearer ${token}` } },
      remote: { type: 'http', url: `http://127.0.0.1:${bridge.port}/mcp`, headers: { Authorization: `Bearer ${token}` } },
    }
    place.write('.claude.json', JSON.stringify({ mcpServers: servers, hasCompletedOnboarding: true }))
    const list = await claudeList(place, { network: 'host', cwd: place.path('project') })
    expect(list.servers).toEqual([
      expect.objectContaining({ name: 'twin', connected: true }),
      expect.objectContaining({ name: 'socket', connected: true }),
      expect.objectContaining({ name: 'remote', connected: true }),
    ])
    for (const name of ['twin', 'socket', 'remote']) {
      const model = await modelStandIn(turns(`mcp__${name}`))
      const answer = await claude(place, ['-p', 'do it', '--output-format', 'json', '--allowedTools', `mcp__${name}`], {
        network: 'host',
        cwd: place.path('project'),
        env: { ANTHROPIC_BASE_URL: model.url, ANTHROPIC_API_KEY: 'stand-in', ENABLE_TOOL_SEARCH: 'false' },
      })
      model.close()
      expect(answer.text).toContain('finished')
      const last = JSON.stringify(model.heard.at(-1)?.results)
      for (const words of ['note.txt', 'written by the model', '1: written', '42', 'Folders']) expect(last).toContain(words)
      expect(last).not.toContain('"is_error":true')
    }
    expect(place.read('.mcp-twin/bridge/workspace/note.txt')).toBe('written by the model\n')
    await Promise.all([bridge.stop(), legacy.stop()])
    await expect.poll(() => processesWith(place.root).filter(({ command }) => command.includes('serve'))).toEqual([])
  })
})
