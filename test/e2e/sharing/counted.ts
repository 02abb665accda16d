import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { cliPath } from '../../support/cli.ts'
import { nodePath, projectFolder } from '../../support/machine.ts'
import { type Bridge, greeted } from '../../support/mcp.ts'
import { type Scratch, scratch } from '../../support/scratch.ts'

export const countingServer = join(projectFolder, 'test', 'support', 'counting-server.mjs')
export const key = 'ck-0123456789abcdef-secret'

/** What the counting server wrote into its log. */
export interface Logged {
  readonly pid: number
  readonly started?: boolean
  readonly tool?: string
  readonly args?: unknown
  readonly cancelled?: unknown
}

export interface Counted {
  readonly place: Scratch
  readonly logged: () => Logged[]
  /** How often a tool was called. */
  readonly calls: (tool: string) => number
  readonly starts: () => number
  /** A bridge as a program starts it. */
  readonly bridge: (client: string, args?: readonly string[]) => Promise<Bridge>
}

/** A home whose manifest shares the counting server; `tools.json` lists what it would list after a sync. */
export function counted(more: object = {}): Counted {
  const place = scratch()
  const log = place.path('calls.jsonl')
  const server = { command: nodePath, args: [countingServer, log], env: { COUNTING_KEY: '${secret:COUNTING_KEY}' }, share: true, ...more }
  place.write('.mcp-twin/mcp-twin.json', JSON.stringify({ version: 1, servers: { count: server } }))
  place.write('.mcp-twin/secrets.json', JSON.stringify({ COUNTING_KEY: key }), 0o600)
  const logged = () =>
    existsSync(log)
      ? readFileSync(log, 'utf8')
          .split('\n')
          .filter(Boolean)
          .map((line): Logged => JSON.parse(line))
      : []
  return {
    ...{ place, logged },
    calls: (tool) => logged().filter((line) => line.tool === tool).length,
    starts: () => logged().filter(({ started }) => started).length,
    bridge: (client, args = []) =>
      greeted({ command: nodePath, args: [cliPath, 'serve', '--client', client, ...args], env: place.env, cwd: place.root }, client),
  }
}

const reading = { readOnlyHint: true }
const tool = (name: string, more: object = {}) => ({ name, description: '', inputSchema: { type: 'object' }, annotations: {}, ...more })

/** Writes `tools.json` as a sync would, without one. */
export function plantTools({ place }: Counted, digest = 'd'): void {
  const tools = [
    tool('find', { annotations: reading, cache: true }),
    tool('find_again', { cache: true }),
    tool('fails', { annotations: reading, cache: true }),
    tool('waits', { annotations: reading, cache: true }),
    ...['create_issue', 'dies', 'floods', 'notes', 'large', 'asks', 'steps', 'changes', 'leaks', 'refuses'].map((name) => tool(name)),
  ]
  place.write('.mcp-twin/bridge/tools.json', JSON.stringify({ shared: { count: { digest, tools } }, plugins: {} }))
}
