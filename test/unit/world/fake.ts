import type { FileFacts, Files, Program, System } from '../../../src/model/system.ts'
import { reachable } from '../../../src/model/path.ts'

/** What a fake program does: prints text or bytes and ends with 0, or what else is said. */
export type Reply =
  | string
  | Uint8Array
  | { code?: number | null; stdout?: string | Uint8Array; stderr?: string | Uint8Array; timedOut?: boolean; trouble?: string }

export interface FakeOptions {
  platform?: NodeJS.Platform
  execPath?: string
  cwd?: string
  uid?: number
  variables?: Record<string, string>
  /** Path → content; a folder is there when something lies in it. A path that ends in a slash is an empty folder. */
  files?: Record<string, string>
  links?: Record<string, string>
  owners?: Record<string, number>
  times?: Record<string, number>
  programs?: (program: Program) => Reply | undefined
}

export interface Fake extends System {
  readonly asked: Program[]
  readonly contents: Map<string, string>
  clock: number
}

const bytesOf = (text: string | Uint8Array | undefined): Uint8Array =>
  typeof text === 'string' ? new TextEncoder().encode(text) : (text ?? new Uint8Array())

const slashed = (path: string): string => path.replaceAll('\\', '/').replace(/(?<=.)\/$/, '')

/** A machine in memory: files, links, and programs that answer as the test says. It refuses what nobody described. */
export function fake(options: FakeOptions = {}): Fake {
  const { platform = 'linux', files = {}, links = {}, programs = () => undefined } = options
  // Windows' own file system does not tell case apart, and neither does this one there.
  const key = (path: string): string => (platform === 'win32' ? slashed(path).toLowerCase() : slashed(path))
  const contents = new Map(
    Object.entries(files).map(([path, text]) => [path.endsWith('/') || path.endsWith('\\') ? `${key(path)}/.keep` : key(path), text]),
  )
  const asked: Program[] = []
  const follow = (path: string): string => {
    const from = Object.keys(links).find((link) => path === key(link) || path.startsWith(`${key(link)}/`))
    return from === undefined ? path : follow(key(links[from] ?? '') + path.slice(key(from).length))
  }
  const isFolder = (path: string): boolean => path === '/' || [...contents.keys()].some((each) => each.startsWith(`${path}/`))
  const look = (path: string): FileFacts | null => {
    const real = follow(key(path))
    const kind = contents.has(real) ? 'file' : isFolder(real) ? 'directory' : null
    if (kind === null) return null
    const modifiedMs = options.times?.[path] ?? 1000
    return {
      kind,
      size: contents.get(real)?.length ?? 0,
      mode: 0o755,
      uid: options.owners?.[path] ?? options.uid ?? 1000,
      gid: 0,
      links: 1,
      identity: `${real}:${modifiedMs}`,
      modifiedMs,
    }
  }
  const refused = (): never => {
    throw new Error('this fake does not do that')
  }
  const fileSystem: Files = {
    read: async (path) => {
      const text = contents.get(follow(key(path)))
      return text === undefined ? null : new TextEncoder().encode(text)
    },
    look: async (path) => look(path),
    list: async (path) => {
      const folder = follow(key(path))
      const inside = [...contents.keys()].filter((each) => each.startsWith(folder === '/' ? '/' : `${folder}/`))
      return [...new Set(inside.map((each) => each.slice(folder === '/' ? 1 : folder.length + 1).split('/')[0] ?? ''))]
        .filter((name) => name !== '.keep')
        .sort()
    },
    realPath: async (path) => (look(path) === null ? null : reachable(follow(key(path)) === key(path) ? path : follow(key(path)))),
    readLink: async () => null,
    replace: async (path, bytes) => {
      contents.set(key(path), new TextDecoder().decode(bytes))
    },
    makeDirectory: async (path) => {
      contents.set(`${key(path)}/.keep`, '')
    },
    create: refused,
    rename: refused,
    claimDirectory: refused,
    remove: refused,
    removeEmptyDirectory: refused,
    setMode: refused,
    setOwner: refused,
    touch: refused,
    flush: refused,
  }
  const ask: System['ask'] = async (program) => {
    asked.push(program)
    const reply = programs(program)
    if (reply === undefined) return { code: null, stdout: new Uint8Array(), stderr: new Uint8Array(), timedOut: false, trouble: 'ENOENT' }
    const said = typeof reply === 'string' || reply instanceof Uint8Array ? { stdout: reply } : reply
    const code = said.timedOut || said.trouble !== undefined ? null : (said.code ?? 0)
    return { code, stdout: bytesOf(said.stdout), stderr: bytesOf(said.stderr), timedOut: said.timedOut ?? false, trouble: said.trouble }
  }
  const machine: Fake = {
    platform,
    pid: 1,
    uid: platform === 'win32' ? undefined : (options.uid ?? 1000),
    execPath: reachable(options.execPath ?? (platform === 'win32' ? 'C:\\Program Files\\nodejs\\node.exe' : '/usr/bin/node')),
    cwd: reachable(options.cwd ?? '/'),
    variables: options.variables ?? {},
    files: fileSystem,
    clock: 1_000_000,
    now: () => machine.clock,
    random: () => 'ab',
    sleep: async () => undefined,
    isAlive: () => false,
    ask,
    run: refused,
    asked,
    contents,
  }
  return machine
}

/** The answer of a side's node to the question of detection. */
export const nodeAnswer = (node: string, more: { version?: string; platform?: string; variables?: Record<string, string> } = {}): string =>
  `\n@mcp-twin:node ${JSON.stringify({ node, version: '22.1.0', platform: 'linux', user: 'ana', home: '/home/ana', variables: {}, ...more })}\n`

export const utf16 = (text: string): Uint8Array => Buffer.from(text, 'utf16le')
