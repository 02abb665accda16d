import { mkdirSync, readdirSync, readFileSync } from 'node:fs'
import { join, relative } from 'node:path'
import { expect, it } from 'vitest'
import { WebSocket } from 'ws'
import { cli, cliPath } from '../../support/cli.ts'
import { nodePath } from '../../support/machine.ts'
import { greeted } from '../../support/mcp.ts'
import { filesWith, textHolds } from '../../support/processes.ts'
import { scratch } from '../../support/scratch.ts'
import { service } from '../../support/service.ts'
import { token } from '../../support/key-copies.ts'

type Call = (name: string, args: object) => Promise<string>
const hello = { protocolVersion: '2025-11-25', capabilities: {}, clientInfo: { name: 't', version: '1' } }

/** Everything that a program may do with a text, where an answer or a record could hold it. */
const ways = (key: string, file: string): [tool: string, args: object][] => [
  ['read_file', { path: file }],
  ['read_files', { paths: [file, `~/work/${key}`] }],
  ['search_text', { path: '~/work', pattern: 'KEY' }],
  ['search_text', { path: '~/work', pattern: key }],
  ['search_files', { path: '~/work', pattern: `*${key}*` }],
  ['read_file', { path: `/${key}` }],
  ['read_file', { path: `~/.ssh/${key}` }],
  ['write_file', { path: `/etc/${key}`, content: key }],
  ['edit_file', { path: file, edits: [{ old_string: `no ${key}`, new_string: 'x' }] }],
  ['edit_file', { path: file, edits: [{ old_string: key, new_string: 'x' }] }],
  ['move_file', { source: `~/work/${key}`, destination: `~/other/${key}` }],
  ['delete_file', { path: `~/work/${key}` }],
  ['execute_command', { command: `cat ${file}; echo ${key} | rev | rev >&2` }],
  ['execute_command', { command: `sudo ${key}` }],
  ['execute_command', { command: `no-such-program-${key}` }],
  ['execute_command', { command: 'true', cwd: `/${key}` }],
  ['translate_path', { path: `~/${key}`, to: 'native' }],
  ['set_config', { key: 'default_shell', value: key }],
  ['set_config', { key, value: 1 }],
  ['memory_set', { key: 'plain', value: key, rationale: key, tags: [key] }],
  ['memory_set', { key, value: 1 }],
  ['memory_set', { key: 'inside', value: { deep: [`Bearer ${key}`] }, namespace: key }],
  ['memory_get', { key }],
  ['memory_search', { query: key }],
  ['handoff_create', { title: key, goal: key, sections: [{ heading: key, body: `the key is ${key}` }], acceptance: key }],
  ['handoff_read', { id: key }],
  ['ask_twin', { question: `what is ${key}?` }],
  ['queue_action', { type: 'save_conversation', params: { title: key, content: key } }],
  ['queue_action', { type: 'execute_from_code', params: { prompt: key } }],
  ['queue_action', { type: key, params: {} }],
  ['queue_action', { type: 'update_mcp_config', params: { name: 'x', command: 'x', args: [key], env: { KEY: key } } }],
  ['wait_for_change', { timeout_ms: 1, [key]: key }],
  [key, {}],
]

it('no file that the bridge writes holds a stored key, over any transport', async () => {
  const place = scratch()
  const key = token()
  mkdirSync(place.path('work'))
  const file = place.path('work/settings.txt')
  expect((await cli(place, ['secret', 'set', 'KEY'], { input: key })).code).toBe(0)
  place.write('.mcp-twin/mcp-twin.json', JSON.stringify({ version: 1, servers: {}, bridge: { terminal: 'on', roots: ['~/work'] } }))
  const restored = () => place.write('work/settings.txt', `KEY=${key}\n`)
  restored()

  const http = await service(place)
  const ws = await service(place, [], '--ws')
  const made = (await cli(place, ['session', 'new', '--json'])).json as { id: string; token: string }
  const said: string[] = []
  const stdio = await greeted(
    { command: nodePath, args: [cliPath, 'serve', '--client', 'tester'], env: { ...place.env }, cwd: place.root },
    'tester',
  )
  const overStdio: Call = async (name, args) => JSON.stringify(await stdio.ask('tools/call', { name, arguments: args }).catch(String))

  const url = `http://127.0.0.1:${http.port}/mcp`
  const headers = {
    Authorization: `Bearer ${made.token}`,
    'Content-Type': 'application/json',
    Accept: 'application/json, text/event-stream',
  }
  const post = async (body: string, more: Record<string, string> = {}, address = url) => {
    const answer = await fetch(address, { method: 'POST', body, headers: { ...headers, ...more } })
    return { text: await answer.text(), session: answer.headers.get('mcp-session-id') }
  }
  const message = (method: string, params: object, id = 1) => JSON.stringify({ jsonrpc: '2.0', id, method, params })
  const session = { 'Mcp-Session-Id': String((await post(message('initialize', hello))).session) }
  const overHttp: Call = async (name, args) => (await post(message('tools/call', { name, arguments: args }), session)).text

  const socket = new WebSocket(`ws://127.0.0.1:${ws.port}/`, ['mcp', made.token])
  await new Promise((resolve) => socket.once('open', resolve))
  const ask = (text: string) => {
    const answer = new Promise<string>((resolve) => socket.once('message', (data) => resolve(String(data))))
    socket.send(text)
    return answer
  }
  await ask(message('initialize', hello))
  const overSocket: Call = (name, args) => ask(message('tools/call', { name, arguments: args }))

  for (const call of [overStdio, overHttp, overSocket])
    for (const [name, args] of ways(key, file)) {
      said.push(await call(name, args))
      restored()
    }
  // What is no call: odd bodies, tokens and addresses.
  said.push((await post(`{"${key}`)).text, (await post(message(key, {}), session)).text, await ask(`["${key}"]`))
  said.push((await post(message('initialize', hello), { Authorization: `Bearer ${key}` })).text)
  said.push((await post(message('initialize', hello), { Origin: `http://${key}` })).text)
  said.push((await post(message('initialize', hello), {}, `${url}/${key}?token=${key}`)).text)
  const refused = new WebSocket(`ws://127.0.0.1:${ws.port}/?token=${key}`, ['mcp', key])
  await new Promise((resolve) => refused.once('error', resolve))
  for (const words of [
    ['events'],
    ['events', '--json'],
    ['logs'],
    ['memory', 'list'],
    ['handoff', 'list'],
    ['session', 'list'],
    ['doctor'],
  ])
    said.push((await cli(place, words)).output)
  socket.close()
  await stdio.end()
  expect([await http.stop(), await ws.stop()]).toEqual([0, 0])

  expect(filesWith(key, [place.root]).map((found) => relative(place.home, found))).toEqual(['.mcp-twin/secrets.json', 'work/settings.txt'])
  // The token was printed once, and kept nowhere.
  expect(filesWith(made.token, [place.root])).toEqual([])
  // What an answer says about the caller's own words may repeat an argument that no tool took; none comes from what was read.
  const read = said.filter((each) => each.includes('KEY='))
  expect(read.length).toBeGreaterThan(6)
  for (const text of read) expect(textHolds(text, key)).toBe(false)
  const audit = readFileSync(place.path('.mcp-twin/bridge/audit.jsonl'), 'utf8').trim().split('\n')
  const tools = new Set(audit.map((line) => (JSON.parse(line) as { tool: string }).tool))
  for (const tool of ['write_file', 'edit_file', 'execute_command', 'memory_set', 'handoff_create', 'ask_twin', 'queue_action', ''])
    expect(tools).toContain(tool)
  for (const line of audit) expect(Object.keys(JSON.parse(line) as object)).toEqual(['at', 'event', 'client', 'tool', 'subject', 'outcome'])
  for (const name of readdirSync(place.path('.mcp-twin/bridge/logs')))
    for (const line of place.read(join('.mcp-twin/bridge/logs', name)).trim().split('\n')) expect(line).toMatch(/^\d{4}-\d\d-\d\dT\S+Z /)
})
