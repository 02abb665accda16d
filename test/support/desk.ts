import { randomBytes } from 'node:crypto'
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { RunnerParts } from '../../src/bridge/start/runner-parts.ts'
import type { Bridge } from '../../src/bridge/contract/bridge.ts'
import { openBridge } from '../../src/bridge/start/open.ts'
import { callTool } from '../../src/bridge/contract/own-call.ts'
import type { CallResult } from '../../src/bridge/contract/pipeline.ts'
import { autorunPaths } from '../../src/bridge/policy/autorun.ts'
import { privatePaths } from '../../src/bridge/policy/closed.ts'
import type { ForeignProvider } from '../../src/bridge/foreign/tool.ts'
import type { Settings } from '../../src/bridge/base/settings.ts'
import { families } from '../../src/model/bridge-words.ts'
import { tools } from '../../src/bridge/tools/index.ts'
import type { Environment } from '../../src/model/environment.ts'
import { native } from '../../src/model/path.ts'

/** Who calls a tool, where that matters to a test. */
export interface Caller {
  readonly signal?: AbortSignal
  readonly progress?: (text: string) => void
  readonly client?: string
  readonly session?: string
}

/** A bridge over scratch folders: `A` is allowed, `O` is outside and holds a canary. */
export interface Desk {
  readonly bridge: Bridge
  readonly base: string
  readonly A: string
  readonly O: string
  readonly home: string
  /** `bridge/` of our own folder. */
  readonly folder: string
  call(name: string, args?: unknown, caller?: Caller): Promise<CallResult>
  /** The text of an answer that must be good. */
  ok(name: string, args?: unknown): Promise<string>
  /** The data of an answer that must be good. */
  data(name: string, args?: unknown, caller?: Caller): Promise<Record<string, unknown>>
  /** The sentence of an answer that must be a refusal. */
  refused(name: string, args?: unknown, caller?: Caller): Promise<string>
  /** The lines of the audit so far. */
  audited(): Record<string, string>[]
  put(path: string, content: string | Uint8Array, mode?: number): string
  close(): Promise<void>
}

export const CANARY = 'canary-7f3a9c'

export const textOf = (result: CallResult): string =>
  result.content.map((part) => (part.type === 'text' ? part.text : `<${part.mimeType}>`)).join('\n')

export function linuxSide(home: string): Environment {
  return { id: 'linux', kind: 'linux', self: true, user: 'ana', home: native(home), files: [], running: [] }
}

/** The settings of a bridge over the folders of a desk. */
export function settingsIn(base: string, more: Partial<Settings> = {}): Settings {
  const [A, home] = [join(base, 'A'), join(base, 'home')]
  const own = join(home, '.mcp-twin')
  const folder = join(own, 'bridge')
  const self = linuxSide(home)
  return {
    version: '0.0.0',
    client: 'tester',
    folder,
    self,
    sides: () => Promise.resolve({ self, others: [] }),
    world: () => Promise.resolve({ environments: [self] }),
    families,
    roots: [A, join(folder, 'workspace')],
    closed: [own, ...privatePaths(home, 'linux')],
    reopened: [join(folder, 'workspace')],
    autorun: autorunPaths(home, 'linux'),
    allow: [],
    homes: [home],
    readOnly: false,
    terminal: 'off',
    blockedCommands: [],
    keys: () => Promise.resolve([]),
    problems: [],
    variables: { PATH: process.env.PATH, HOME: home },
    platform: process.platform,
    pid: process.pid,
    isAlive: () => true,
    execPath: process.execPath,
    now: () => Date.now(),
    random: (bytes) => randomBytes(bytes).toString('hex'),
    ...more,
  }
}

/** `runner`: the desk's bridge takes part in the lease, and carries actions out with them. */
export function desk(more: Partial<Settings> = {}, providers: readonly ForeignProvider[] = [], runner?: RunnerParts): Desk {
  const base = realpathSync(mkdtempSync(join(tmpdir(), 'bridge-')))
  const [A, O, home] = ['A', 'O', 'home'].map((name) => join(base, name)) as [string, string, string]
  for (const folder of [A, O, home]) mkdirSync(folder)
  writeFileSync(join(O, 's'), CANARY)
  const folder = join(home, '.mcp-twin', 'bridge')
  mkdirSync(join(folder, 'workspace'), { recursive: true })
  // Other tests name the allowed folders; what is carried out may be written to the workspace.
  const settings = settingsIn(base, runner === undefined ? { roots: [A], ...more } : more)
  const bridge = openBridge(settings, () => providers, runner)
  const call: Desk['call'] = async (
    name,
    args = {},
    { signal = new AbortController().signal, progress = () => undefined, client = 'tester', session = 's1' } = {},
  ) => {
    const tool = tools.find((each) => each.name === name)
    if (tool === undefined) throw new Error(`no tool ${name}`)
    return callTool(tool, args, bridge, { client, session, signal, progress })
  }
  const good: Desk['call'] = async (name, args, caller) => {
    const result = await call(name, args, caller)
    if (result.isError === true) throw new Error(`${name} was refused: ${textOf(result)}`)
    return result
  }
  return {
    bridge,
    base,
    A,
    O,
    home,
    folder,
    call,
    ok: async (name, args) => textOf(await good(name, args)),
    data: async (name, args, caller) => ({ ...(await good(name, args, caller)).structuredContent }),
    audited: () =>
      readFileSync(join(folder, 'audit.jsonl'), 'utf8')
        .trim()
        .split('\n')
        .map((line): Record<string, string> => JSON.parse(line)),
    async refused(name, args, caller) {
      const result = await call(name, args, caller)
      const text = textOf(result)
      if (result.isError !== true) throw new Error(`${name} was not refused: ${text.slice(0, 300)}`)
      if (JSON.stringify(result).includes(CANARY)) throw new Error('the canary is in the answer')
      return text
    },
    put(path, content, mode) {
      const file = join(A, path)
      mkdirSync(join(file, '..'), { recursive: true })
      writeFileSync(file, content)
      if (mode !== undefined) chmodSync(file, mode)
      return file
    },
    async close() {
      await bridge.close()
      rmSync(base, { recursive: true, force: true })
    },
  }
}
