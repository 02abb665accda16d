import { appendFileSync, mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { cli, cliPath } from '../../support/cli.ts'
import { nodePath } from '../../support/machine.ts'
import { type Bridge, greeted } from '../../support/mcp.ts'
import { pluginText, putPlugin } from '../../support/plugins.ts'
import { nasty, type Planted } from '../../support/hidden-lines.ts'
import { home, type Home } from '../support/place.ts'

const namespace = `n${nasty}`
const entry = (more: object) =>
  `${JSON.stringify({
    ...{ type: 'entry', namespace, key: `k${nasty}`, version: 1, value: { [nasty]: nasty }, rationale: nasty, tags: [nasty] },
    ...{ by: `by${nasty}`, session: 's', machine: 'm', at: 1_700_000_000_000, ...more },
  })}\n`

async function told(bridge: Bridge, tool: string, args: object): Promise<string> {
  const { text, data, refused } = await bridge.call(tool, args)
  if (refused) throw new Error(`${tool}: ${text}`)
  return String(data?.id)
}

/** What models say: handoffs with notes, questions, actions. */
async function talk(place: Home): Promise<Pick<Planted, 'handoff' | 'question' | 'action' | 'wish'>> {
  const bridge = (client: string) =>
    greeted({ command: nodePath, args: [cliPath, 'serve', '--client', client], env: place.env, cwd: place.home }, client, nasty)
  const [desktop, code] = await Promise.all([bridge('claude-desktop'), bridge('claude-code')])
  const sections = [{ heading: nasty, body: nasty }]
  const asked = { title: nasty, goal: nasty, sections, files: [`/tmp/${nasty}`], acceptance: nasty, to: 'claude-code' }
  const handoff = await told(desktop, 'handoff_create', asked)
  await told(code, 'handoff_update', { id: handoff, note: nasty })
  const question = await told(desktop, 'ask_twin', { question: nasty, to: 'claude-code' })
  const queued = (type: string, params: object) => told(desktop, 'queue_action', { type, params, to: 'claude-code' })
  const action = await queued('execute_from_code', { prompt: nasty })
  const wish = await queued('update_mcp_config', { name: 'wished', command: '/bin/true', args: [nasty] })
  await code.call('read_file', { path: `/nowhere/${nasty}` })
  for (const each of [desktop, code]) await each.end()
  return { handoff, question, action, wish }
}

/** A home in which every text that another wrote holds hidden characters. */
export async function plant(): Promise<Home & Planted> {
  const place = home()
  const folder = place.path(nasty)
  mkdirSync(join(folder, '.git'), { recursive: true })
  place.manifest({ tiny: place.tiny }, { bridge: { roots: [folder] }, secrets: { command: ['/bin/false', nasty] } })
  const entries = { [`s${nasty}`]: { command: `/bin/${nasty}`, args: [nasty], env: { [`E${nasty}`]: nasty } } }
  place.write('.claude.json', JSON.stringify({ mcpServers: entries, projects: { [folder]: { mcpServers: entries } } }))
  place.write('.cursor/mcp.json', JSON.stringify({ mcpServers: entries }))
  place.write(
    `${nasty}/mcp-twin.json`,
    JSON.stringify({ version: 1, servers: { odd: { command: `/bin/${nasty}`, args: [nasty], env: { E: nasty } } } }),
  )
  place.write(`${nasty}/.mcp.json`, JSON.stringify({ mcpServers: entries }))
  place.write('broken.json', `{ "version": 1, "servers": {}, ${JSON.stringify(nasty)}: 1 }`)
  place.write(
    'memory.jsonl',
    entry({}) +
      entry({ namespace: 'shared', key: nasty, value: `${nasty} findable` }) +
      entry({ type: 'version', key: 'old', value: nasty }),
  )
  place.write('other.jsonl', entry({ by: undefined, tags: 'none' }))
  const observed = { type: 'entity', name: nasty, entityType: nasty, observations: [nasty] }
  place.write('reference.jsonl', JSON.stringify(observed))
  place.write('snippet.json', JSON.stringify({ mcpServers: entries }))
  const log = `2026-01-01T00:00:00.000Z [tiny] [info] ${nasty}\n`
  for (const file of ['.config/Claude/logs/mcp-server-tiny.log', `.mcp-twin/bridge/logs/${nasty}.log`, '.mcp-twin/bridge/logs/bridge.log'])
    place.write(file, log)
  const stored = await cli(place, ['memory', 'import', 'memory.jsonl'])
  if (stored.code !== 0) throw new Error(stored.output)
  const said = await talk(place)
  putPlugin(place, `${nasty}.js`, pluginText('odd_name'))
  putPlugin(
    place,
    'loud.js',
    pluginText('loud', '() => 1', { before: `console.log(${JSON.stringify(nasty)}); throw new Error(${JSON.stringify(nasty)})` }),
  )
  place.write('.mcp-twin/bridge/triggers/t.json', JSON.stringify({ payload: nasty, signature: nasty }), 0o600)
  const line = { at: '2026-01-01T00:00:00.000Z', event: nasty, client: nasty, tool: nasty, subject: nasty, outcome: nasty }
  appendFileSync(place.path('.mcp-twin/bridge/audit.jsonl'), `${JSON.stringify(line)}\n`)
  const { token } = (await cli(place, ['session', 'new', '--json'])).json
  return Object.assign(place, { folder, token, ...said })
}
