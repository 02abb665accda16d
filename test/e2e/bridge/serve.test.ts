import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client'
import { StdioClientTransport } from '@modelcontextprotocol/client/stdio'
import { describe, expect, it } from 'vitest'
import { limits } from '../../../src/bridge/base/limits.ts'
import { cli, cliPath } from '../../support/cli.ts'
import { nodePath } from '../../support/machine.ts'
import { greet, session, type Session } from '../../support/mcp.ts'
import { leftovers, processesWith } from '../../support/processes.ts'
import { type Scratch, scratch } from '../../support/scratch.ts'
import { service } from '../../support/service.ts'
import { runs } from '../../support/runs.ts'

const start = (place: Scratch, args: readonly string[] = [], env: Record<string, string> = {}) => ({
  command: nodePath,
  args: [cliPath, 'serve', '--client', 'tester', ...args],
  env: { ...place.env, ...env },
  cwd: place.root,
})

const hello = { protocolVersion: '2025-11-25', capabilities: {}, clientInfo: { name: 't', version: '1' } }
async function open(
  place: Scratch,
  args: readonly string[] = [],
  env: Record<string, string> = {},
): Promise<Session & { text(name: string, args?: object): Promise<string> }> {
  const server = session(start(place, args, env))
  await server.ask('initialize', hello)
  server.notify('notifications/initialized')
  return {
    ...server,
    async text(name, params = {}) {
      const result = (await server.ask('tools/call', { name, arguments: params })) as { content: { text: string }[]; isError?: boolean }
      return (result.isError ? 'REFUSED ' : '') + result.content.map(({ text }) => text).join('\n')
    },
  }
}

describe('serve, started as a client starts it', () => {
  it('greets, lists, ends at the end of its input, and says nothing but the protocol', async () => {
    const place = scratch()
    const answer = await greet(start(place))
    expect(answer).toMatchObject({ serverInfo: { name: 'mcp-twin' }, stray: [], stderr: '', code: 0 })
    const names = answer.tools.map(({ name }) => name)
    expect(names).toContain('read_file')
    expect(names).not.toContain('execute_command')
    expect(place.has('.mcp-twin/bridge/workspace')).toBe(true)
  })
  it('says in its logs what it may do, what it refused and how it ended, and makes small what is too large', async () => {
    const place = scratch()
    const own = (name: string) => join(place.home, '.mcp-twin/bridge', name)
    mkdirSync(own('logs'), { recursive: true })
    const old = `${'2026-01-01T00:00:00.000Z info old\n'.repeat(600_000)}`
    for (const name of ['audit.jsonl', 'audit.jsonl.1', 'logs/bridge.log', 'logs/mcp-server.log']) writeFileSync(own(name), old)
    const server = await open(place)
    expect(await server.text('read_file', { path: '~/.ssh/id' })).toMatch(/^REFUSED .*closed/)
    await server.end()
    const log = readFileSync(own('logs/bridge.log'), 'utf8').trim().split('\n')
    for (const line of log) expect(line).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z (info|warning) /)
    expect(log.join('\n')).toMatch(
      /started for tester.*terminal off.*workspace\n[\s\S]*read_file was refused[\s\S]*ended, pid \d+: its client closed/,
    )
    const names = ['audit.jsonl', 'logs/bridge.log', 'logs/mcp-server.log'].flatMap((name) =>
      ['', '.1', '.2'].map((end) => own(name + end)),
    )
    const bytes = names.filter((name) => existsSync(name)).reduce((sum, name) => sum + readFileSync(name).length, 0)
    expect(bytes).toBeLessThan(50_000_000)
  })
  it.each(['legacy', 'auto'] as const)('both eras: a client of the SDK in mode %s', async (mode) => {
    const place = scratch()
    const client = new Client({ name: 't', version: '1' }, { versionNegotiation: { mode } })
    await client.connect(new StdioClientTransport({ ...start(place), args: [...start(place).args] }))
    const written = await client.callTool({ name: 'write_file', arguments: { path: 'note', content: 'hi' } })
    expect(written.isError, JSON.stringify(written.content)).not.toBe(true)
    expect(await client.callTool({ name: 'read_file', arguments: { path: 'note' } })).toMatchObject({
      content: [{ type: 'text', text: 'hi' }],
    })
    expect(place.read('.mcp-twin/bridge/workspace/note')).toBe('hi')
    await client.close()
  })
  it('finds its workspace with the first message', async () => {
    const first = async () => {
      const server = session(start(scratch()))
      const greeted = server.ask('initialize', hello)
      server.notify('notifications/initialized')
      const written = server.ask('tools/call', { name: 'write_file', arguments: { path: 'note', content: 'hi' } })
      await greeted
      const result = await written
      await server.end()
      return result
    }
    const results = await Promise.all(Array.from({ length: 12 }, first))
    expect(results.filter(({ isError }) => isError === true)).toEqual([])
  })
  it('offers the tools that its flags name', async () => {
    const place = scratch()
    const list = async (...args: string[]) => (await greet(start(place, args))).tools.map(({ name }) => name)
    expect(await list('--tools', 'search')).toEqual(['search_files', 'search_text', 'more_results', 'stop_search'])
    expect(await list('--tools', 'files,bridge', '--read-only')).toEqual([
      'read_file',
      'read_files',
      'list_directory',
      'file_info',
      'bridge_status',
      'get_config',
      'translate_path',
    ])
    expect(await list('--terminal=on', '--tools', 'terminal')).toContain('execute_command')
    expect(await list('--terminal=on', '--tools', 'terminal,bridge', '--read-only')).toEqual([
      'bridge_status',
      'get_config',
      'translate_path',
    ])
  })
  it('refuses flags that mean nothing, with exit code 2', async () => {
    const place = scratch()
    for (const args of [
      ['--tools', 'nope'],
      ['--terminal', 'maybe'],
      ['--listen', '0.0.0.0', '--http'],
      ['--listen', '127.0.0.2', '--insecure'],
      ['--http', 'x'],
      ['--nope'],
      ['--json'],
    ]) {
      expect((await cli(place, ['serve', ...args])).code).toBe(2)
    }
  })
  it('takes roots, terminal and families from the manifest, and understands comments in it', async () => {
    const place = scratch()
    mkdirSync(place.path('shared'))
    place.write(
      '.mcp-twin/mcp-twin.json',
      '{ // mine\n "version": 1, "bridge": { "roots": ["~/shared", "relative"], "terminal": "on", "families": ["files", "terminal", "bridge"], "blockedCommands": ["date"], "deny": ["~/shared/closed"], "allow": ["~/shared/p/.envrc", ".git/hooks"] }, }',
    )
    mkdirSync(place.path('shared/closed'))
    mkdirSync(place.path('shared/p/.git/hooks'), { recursive: true })
    const server = await open(place)
    expect(await server.text('write_file', { path: place.path('shared/x'), content: '1' })).toMatch(/Created/)
    expect(await server.text('write_file', { path: place.path('shared/closed/x'), content: '1' })).toMatch(/REFUSED .*closed/)
    for (const name of ['p/.envrc', 'p/.git/hooks/pre-commit'])
      expect(await server.text('write_file', { path: place.path(`shared/${name}`), content: '1' })).toMatch(/Created/)
    for (const name of ['.envrc', 'p/.git/config'])
      expect(await server.text('write_file', { path: place.path(`shared/${name}`), content: '1' })).toMatch(/REFUSED .*bridge\.allow/)
    expect(await server.text('execute_command', { command: 'date' })).toMatch(/REFUSED .*blocked/)
    expect(await server.text('bridge_status')).toMatch(/Problem: The root "relative" is neither absolute/)
    await server.end()
  })
  it('starts with defaults when the manifest is missing, and says so', async () => {
    const place = scratch()
    const server = await open(place)
    expect(await server.text('bridge_status')).toMatch(/Problem: No manifest yet at /)
    expect(await server.text('write_file', { path: 'x', content: '1' })).toMatch(/Created/)
    await server.end()
  })
  it('replaces roots of the manifest by those of the command line, and keeps the workspace', async () => {
    const place = scratch()
    for (const name of ['mine', 'theirs']) mkdirSync(place.path(name))
    place.write('.mcp-twin/mcp-twin.json', '{"version": 1, "bridge": {"roots": ["~/theirs"]}}')
    const server = await open(place, ['--root', '~/mine'])
    expect(await server.text('write_file', { path: 'x', content: '1' })).toContain(place.path('mine/x'))
    expect(await server.text('write_file', { path: '~/theirs/x', content: '1' })).toMatch(/REFUSED .*outside/)
    expect(await server.text('write_file', { path: '~/.mcp-twin/bridge/workspace/x', content: '1' })).toMatch(/Created/)
    await server.end()
  })
  it('closes the manifest that it was started with, wherever it lies', async () => {
    const place = scratch()
    mkdirSync(place.path('work'))
    place.write('work/bridge.json', '{"version": 1, "bridge": {"roots": ["~/work"]}}')
    const server = await open(place, ['--manifest', place.path('work/bridge.json')])
    const wider = '{"version": 1, "bridge": {"roots": ["/"], "terminal": "on"}}'
    expect(await server.text('write_file', { path: place.path('work/bridge.json'), content: wider })).toMatch(/REFUSED .*closed/)
    expect(await server.text('delete_file', { path: place.path('work/bridge.json') })).toMatch(/REFUSED .*closed/)
    expect(await server.text('write_file', { path: place.path('work/other.json'), content: '{}' })).toMatch(/Created/)
    await server.end()
  })
  it('is widened by no root of the client, no tool and no changed manifest', async () => {
    const place = scratch()
    const server = session(start(place))
    await server.ask('initialize', { ...hello, capabilities: { roots: { listChanged: true } } })
    server.notify('notifications/initialized')
    server.notify('notifications/roots/list_changed')
    // It has started when it answers a call.
    await server.ask('tools/call', { name: 'bridge_status', arguments: {} })
    // Of a changed manifest only its folders are followed, and no tool can change it.
    place.write('.mcp-twin/mcp-twin.json', '{"version": 1, "bridge": {"roots": ["/usr/share"], "terminal": "on"}}')
    const refused = async (name: string, args: object) =>
      expect(await server.ask('tools/call', { name, arguments: args })).toMatchObject({ isError: true })
    // Roots that a client offers open nothing; they are not even asked for.
    await refused('read_file', { path: '/etc/hostname' })
    for (const key of ['roots', 'bridge.roots', 'terminal', 'blockedCommands', 'readOnly', 'families', 'deny'])
      await refused('set_config', { key, value: '/' })
    await refused('execute_command', { command: 'true' })
    await refused('write_file', { path: '~/.mcp-twin/mcp-twin.json', content: '{}' })
    await refused('write_file', { path: '~/.mcp-twin/bridge/config.json', content: '{}' })
    await server.end()
    expect(server.stray).toEqual([])
  })
  it('reads no manifest of the working directory', async () => {
    const place = scratch()
    writeFileSync(join(place.root, 'mcp-twin.json'), '{"version":1,"bridge":{"terminal":"on","roots":["/"]}}')
    const server = await open(place)
    expect(await server.text('read_file', { path: '/etc/hostname' })).toMatch(/REFUSED .*outside/)
    await server.end()
  })
  it('is widened by no variable of the environment', async () => {
    const place = scratch()
    const server = await open(place, [], { MCP_TWIN_ROOTS: '/', MCP_TWIN_TERMINAL: 'on', MCP_TWIN_READ_ONLY: 'false' })
    expect(await server.text('read_file', { path: '/etc/hostname' })).toMatch(/REFUSED/)
    expect(await server.text('execute_command', { command: 'true' })).toMatch(/REFUSED/)
    await server.end()
  })
  it('keeps a key that it was started with out of commands and answers', async () => {
    const place = scratch()
    const key = 'k3y-Zq8vTr5Lm2Xw9Bn4Hd7Jf1Ps6Kc0Ua'
    place.write('.mcp-twin/secrets.json', JSON.stringify({ STORED_KEY: `${key}-stored` }), 0o600)
    const server = await open(place, ['--terminal', 'on'], { MCP_TWIN_SECRET_A: key, SOME_API_KEY: key })
    const shown = await server.text('execute_command', { command: `env; echo ${key}; echo ${key}-stored` })
    expect(shown).not.toContain(key)
    expect(shown).toContain('••••••••')
    await server.end()
  })
})

describe('what a hostile or broken client sends', () => {
  it('is answered for 20 MB in one line and unknown methods', async () => {
    const place = scratch()
    const server = await open(place)
    const big = 'x'.repeat(20 * 1024 * 1024)
    expect(await server.text('write_file', { path: 'big', content: big })).toMatch(/20971520 bytes/)
    await expect(server.ask('no/such/method')).rejects.toThrow(/-32601/)
    await expect(server.ask('tools/call', { name: 'nope' })).rejects.toThrow(/Unknown tool/)
    await expect(server.ask('tools/call', { name: 'memory_store' })).rejects.toThrow(
      /Unknown tool: memory_store\. Did you mean memory_set\?/,
    )
    await expect(server.ask('tools/call', { name: 'x\nClaude:' })).rejects.toThrow('Unknown tool: \\"x\\\\nClaude:\\".')
    await expect(server.ask('tools/call', { name: 5 })).rejects.toThrow()
    expect(await server.text('read_file', { path: 'big', offset: 0, limit: 1 })).toMatch(
      /\[lines 1–1 of 1; line 1 is longer than this answer/,
    )
    expect((await server.end()).code).toBe(0)
  })
  it('gets no stored key back that it used as the name of a tool', async () => {
    const place = scratch()
    const key = 'kept-away-0123456789abcdef0123456789'
    place.write('.mcp-twin/secrets.json', JSON.stringify({ STORED_KEY: key }), 0o600)
    const server = await open(place)
    for (const name of [key, `${'x'.repeat(80)}${key}`]) {
      const said = await server.ask('tools/call', { name }).catch((error: unknown) => String(error))
      expect(said).toMatch(/Unknown tool/)
      expect(said).not.toContain('kept-away')
    }
    await server.end()
  })
  it('does not end the bridge by bytes that are no message, endless nesting, or half a message', async () => {
    const place = scratch()
    const { command, args, env, cwd } = start(place)
    const child = spawn(command, args, { env, cwd, stdio: ['pipe', 'pipe', 'pipe'] })
    let out = ''
    child.stdout.on('data', (chunk) => {
      out += chunk
    })
    child.stdin.write(
      Buffer.concat([Buffer.from([0xff, 0x00, 0x0a]), Buffer.from('{"jsonrpc":"2.0","id":1}\n{"jsonrpc":"2.0"\n[1,2]\nnull\n"x"\n')]),
    )
    child.stdin.write(`${JSON.stringify({ jsonrpc: '2.0', id: 2, method: 'initialize', params: hello })}\n`)
    for (const levels of [1000, 1_000_000]) {
      child.stdin.write(
        `{"jsonrpc":"2.0","id":${levels},"method":"tools/call","params":{"name":"read_file","arguments":{"path":${'['.repeat(levels)}${']'.repeat(levels)}}}}\n`,
      )
    }
    await expect.poll(() => ['"id":2', '"id":1000}', '"id":1000000}'].every((id) => out.includes(id))).toBe(true)
    expect(
      out
        .split('\n')
        .filter((line) => line !== '')
        .every((line) => JSON.parse(line).jsonrpc === '2.0'),
    ).toBe(true)
    child.stdin.end('{"jsonrpc":"2.0","id":3,"method":"to')
    await expect.poll(() => child.exitCode).toBe(0)
  })
})

describe('the end', () => {
  const pending = async (place: Scratch): Promise<Session> => {
    const server = await open(place, ['--terminal', 'on'])
    await server.text('execute_command', { command: 'setsid sleep 301 & sleep 302', background: true, shell: 'bash' })
    await server.text('execute_command', { command: `(trap '' TERM HUP; sleep 303) & echo`, shell: 'bash' })
    void server.ask('tools/call', { name: 'execute_command', arguments: { command: 'sleep 304' } }).catch(() => undefined)
    await expect.poll(() => processesWith(place.root).filter(({ command }) => /^sleep 30/.test(command)).length).toBe(4)
    return server
  }
  it('of its input comes after the answers to what was asked before', async () => {
    const place = scratch()
    const call = (id: number, name: string, args: object) => ({
      jsonrpc: '2.0',
      id,
      method: 'tools/call',
      params: { name, arguments: args },
    })
    const asked = [
      { jsonrpc: '2.0', id: 1, method: 'initialize', params: hello },
      { jsonrpc: '2.0', method: 'notifications/initialized' },
      { jsonrpc: '2.0', id: 2, method: 'tools/list' },
      call(3, 'write_file', { path: 'f', content: 'x' }),
      call(4, 'execute_command', { command: 'sleep 0.1; echo done' }),
    ]
    const piped = async () => {
      const { command, args, env, cwd } = start(place, ['--terminal', 'on'])
      const child = spawn(command, args, { env, cwd, stdio: ['pipe', 'pipe', 'ignore'] })
      let said = ''
      child.stdout.on('data', (chunk) => {
        said += chunk
      })
      child.stdin.end(asked.map((message) => `${JSON.stringify(message)}\n`).join(''))
      // Not its exit alone: the last of its output may be read after that.
      expect(await once(child, 'close')).toEqual([0, null])
      return said
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line))
    }
    let answers: Awaited<ReturnType<typeof piped>> = []
    // Answers that take a busy machine longer than the bridge waits for them are lost by right.
    for (let tries = 0; tries < 20 && answers.length < 4; tries++) {
      const began = performance.now()
      answers = await piped()
      if (answers.length < 4) expect(performance.now() - began).toBeGreaterThan(limits.lastAnswersMs)
    }
    expect(answers.map(({ id }) => id).sort()).toEqual([1, 2, 3, 4])
    expect(answers.find(({ id }) => id === 4).result.structuredContent).toMatchObject({ output: 'done\n', exit_code: 0 })
  })
  it('of its input takes its children along', async () => {
    const place = scratch()
    const server = await pending(place)
    const { code } = await server.end()
    expect(code).toBe(0)
    expect(await leftovers(place.root)).toEqual([])
  })
  it.each(['SIGTERM', 'SIGINT', 'SIGHUP'] as const)('by %s too', async (name) => {
    const place = scratch()
    const server = await pending(place)
    process.kill(server.pid ?? 0, name)
    expect(await leftovers(place.root)).toEqual([])
  })
  it('of its client by kill -9, even while another process holds the pipe', async () => {
    const place = scratch()
    const { command, args, env, cwd } = start(place, ['--terminal', 'on'])
    // The client starts the bridge and then a bystander that inherits the writing end of its input.
    const script = `const { spawn } = require('child_process'); const c = spawn(${JSON.stringify(command)}, ${JSON.stringify(args)}, { stdio: ['pipe', 'ignore', 'ignore'] });
      c.stdin.write(${JSON.stringify(`${JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'initialize', params: hello })}\n`)});
      c.stdin.write(${JSON.stringify(`${JSON.stringify({ jsonrpc: '2.0', id: 2, method: 'tools/call', params: { name: 'execute_command', arguments: { command: 'sleep 305', timeout_ms: 55000 } } })}\n`)});
      setInterval(() => {}, 1000)`
    const client: ChildProcess = spawn(nodePath, ['-e', script], { env, cwd, stdio: 'ignore' })
    await expect.poll(() => processesWith(place.root).some(({ command: line }) => line === 'sleep 305')).toBe(true)
    client.kill('SIGKILL')
    expect(await leftovers(place.root)).toEqual([])
  })
  it('of the reader of its output ends it', async () => {
    const place = scratch()
    const { command, args, env, cwd } = start(place)
    const child = spawn(command, args, { env, cwd, stdio: ['pipe', 'pipe', 'ignore'] })
    child.stdout.destroy()
    child.stdin.on('error', () => undefined)
    child.stdin.write(`${JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'initialize', params: hello })}\n`)
    await expect.poll(() => child.exitCode).not.toBeNull()
  })
  it('by kill -9 leaves processes that the next bridge ends', async () => {
    const place = scratch()
    const server = await open(place, ['--terminal', 'on'])
    await server.text('execute_command', { command: 'setsid sleep 306 & sleep 307', background: true, shell: 'bash' })
    const left = () => processesWith(place.root).filter(({ command }) => /^sleep 30[67]$/.test(command)).length
    await expect.poll(left).toBe(2)
    process.kill(server.pid ?? 0, 'SIGKILL')
    await server.end()
    expect(left()).toBe(2)
    const next = await open(place, ['--terminal', 'on'])
    await next.text('execute_command', { command: 'true' })
    await expect.poll(left).toBe(0)
    await next.end()
  })
  it('of many bridges leaves no process and no file', async () => {
    const place = scratch()
    const rounds = runs(20)
    let left = rounds
    const worker = async () => {
      while (left-- > 0) {
        const server = session(start(place))
        if (left % 3 === 0) await server.ask('initialize', hello)
        if (left % 7 === 0) process.kill(server.pid ?? 0, 'SIGKILL')
        await server.end()
      }
    }
    await Promise.all([worker(), worker(), worker()])
    expect(await leftovers(place.root)).toEqual([])
    expect(place.has('.mcp-twin/bridge/audit.jsonl')).toBe(false)
  }, 600_000)
})

/** A client of the service that bears a token. */
async function bearing(token: string, port: number | string | undefined): Promise<Client> {
  const client = new Client({ name: 't', version: '1' })
  const url = new URL(`http://127.0.0.1:${port}/mcp`)
  await client.connect(new StreamableHTTPClientTransport(url, { requestInit: { headers: { Authorization: `Bearer ${token}` } } }))
  return client
}

describe('serve --http', () => {
  it('stays as a service without a client, lets a token in, and ends at a signal', async () => {
    const place = scratch()
    const { port, stop } = await service(place, ['--tools', 'bridge'])
    const made = await cli(place, ['session', 'new', '--ttl', '90s', '--json'])
    expect(Object.keys(made.json)).toEqual(['command', 'id', 'token', 'expires_at'])
    const listed = await cli(place, ['session', 'list', '--json'])
    expect(listed.json.sessions).toEqual([
      { id: made.json.id, created_at: expect.any(String), expires_at: made.json.expires_at, last_used_at: null },
    ])
    expect(listed.output).not.toContain('mtw_')
    const client = await bearing(made.json.token, port)
    expect((await client.listTools()).tools.map(({ name }) => name)).toEqual([
      'bridge_status',
      'get_config',
      'set_config',
      'translate_path',
    ])
    await client.close()
    expect((await cli(place, ['session', 'revoke', made.json.id])).code).toBe(0)
    expect((await cli(place, ['session', 'revoke', made.json.id])).code).toBe(2)
    expect(
      (await fetch(`http://127.0.0.1:${port}/mcp`, { method: 'POST', headers: { Authorization: `Bearer ${made.json.token}` } })).status,
    ).toBe(401)
    expect(await stop()).toBe(0)
    expect(readFileSync(place.path('.mcp-twin/bridge/audit.jsonl'), 'utf8')).not.toContain(made.json.token)
  })
  it('lists its connections beside a client, and ends with the client', async () => {
    const place = scratch()
    const server = await open(place, ['--http=0'])
    expect(await server.text('bridge_status')).toMatch(/Connected: tester\./)
    const { id, token } = (await cli(place, ['session', 'new', '--json'])).json
    const other = await bearing(token, /127\.0\.0\.1:(\d+)\/mcp/.exec(server.stderr())?.[1])
    expect(await server.text('bridge_status')).toContain(`Connected: tester, session ${id}.`)
    await other.close()
    expect((await cli(place, ['session', 'revoke', id])).code).toBe(0)
    await expect.poll(() => server.text('bridge_status')).toMatch(/Connected: tester\./)
    expect((await server.end()).code).toBe(0)
  })
  it('asks for a TLS proxy on any other address', async () => {
    const place = scratch()
    const { said, stop } = await service(place, ['--listen', '127.0.0.2', '--insecure'])
    expect(said()).toMatch(/http:\/\/127\.0\.0\.2:\d+\/mcp.* TLS proxy in front/)
    await stop()
    expect(place.read('.mcp-twin/bridge/logs/bridge.log')).toMatch(/ended, pid \d+: it received a signal\n$/)
  })
  it('says when the port is taken', async () => {
    const place = scratch()
    const { port, stop } = await service(place)
    const second = await cli(place, ['serve', '--http', String(port)])
    expect(second).toMatchObject({ code: 1, stderr: expect.stringMatching(/another program uses it/) })
    await stop()
    expect(existsSync(place.path('.mcp-twin'))).toBe(true)
  })
})
