import { lstatSync, mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { callTool } from '../../src/bridge/contract/own-call.ts'
import type { PathPlace } from '../../src/bridge/base/input.ts'
import type { TerminalMode } from '../../src/model/bridge-words.ts'
import type { Tool } from '../../src/bridge/contract/tool.ts'
import { CANARY, type Desk, desk } from './desk.ts'

/** A WSL whose drive C is a scratch folder, with something of each kind that the policy knows. */
export interface Trial {
  readonly place: Desk
  /** Everything that a call could reach lies in these. */
  readonly world: readonly string[]
  /** An allowed folder. */
  readonly folder: string
  /** Paths that no tool may do anything with, in every spelling. */
  readonly refused: readonly string[]
  /** Paths that may be read and not written. */
  readonly readOnly: readonly string[]
  readonly open: readonly string[]
  close(): Promise<void>
}

const put = (file: string, text: string): string => {
  mkdirSync(dirname(file), { recursive: true })
  writeFileSync(file, text)
  return file
}

export function trial(terminal: TerminalMode): Trial {
  const outer = desk()
  const { A, O, home, base } = outer
  const drive = join(base, 'mnt', 'c')
  const [work, closed] = [join(drive, 'work'), join(A, 'private')]
  const self = { ...outer.bridge.settings.self, id: 'wsl:Ubuntu', kind: 'wsl' as const, distro: 'Ubuntu', mountRoot: `${base}/mnt/` }
  const { settings } = outer.bridge
  mkdirSync(work, { recursive: true })
  const place = desk({
    ...{ self, terminal, roots: [A, home, work], closed: [...settings.closed, closed], deny: [closed] },
    ...{ autorun: settings.autorun, homes: settings.homes, reopened: settings.reopened },
    sides: () => Promise.resolve({ self, others: [] }),
    world: () => Promise.resolve({ environments: [self] }),
  })
  const [inWork, inUsers] = [(name: string) => join(work, name), (name: string) => join(drive, 'Users', 'Ana', name)]
  const shut = [
    ...['.mcp.json', 'deep/.cursor/mcp.json', 'p/.claude/settings.local.json', 'p/.vscode/mcp.json', 'private/x'].map((name) =>
      join(A, name),
    ),
    ...['.ssh/id', '.npmrc', '.bash_history', '.config/gh/hosts.yml', '.mcp-twin/secrets.json', '.claude/settings.json'].map((name) =>
      join(home, name),
    ),
    ...[inWork('.mcp.json'), inUsers('.ssh/id'), inUsers('AppData/Roaming/Claude/claude_desktop_config.json')],
    ...[join(O, 's'), join(drive, 'other', 's'), `${A}-evil/s`],
  ].map((file) => put(file, CANARY))
  symlinkSync(O, join(A, 'folder'))
  const runs = ['p/.git/hooks/pre-commit', 'p/.git/config', 'p/.envrc', 'p/.vscode/tasks.json', 'tree/.git']
  const readOnly = [
    ...runs.map((name) => join(A, name)),
    ...['.bashrc', '.gitconfig', '.local/bin/tool', '.config/autostart/x.desktop'].map((name) => join(home, name)),
    ...runs.map(inWork),
  ].map((file) => put(file, 'before'))
  const open = [put(join(A, 'good'), 'before'), put(inWork('good'), 'before')]
  const odd = [
    `${A}/folder/s`,
    '../O/s',
    `${A}/../O/s`,
    `${A}/deep/../.mcp.json`,
    '~/.ssh/id',
    '/etc/shadow',
    '/proc/self/environ',
    O,
    '/',
    '',
  ]
  const spelled = (path: string): string[] => spellings(path, drive)
  return {
    ...{ place, world: [base, place.base], folder: A },
    refused: [...shut.flatMap(spelled), ...odd, `file://${O}/s`, '\\\\host\\share\\x', 'C:\\work\\good:stream', 'C:\\work\\NUL'],
    readOnly: readOnly.flatMap(spelled),
    open: open.flatMap(spelled),
    async close() {
      await place.close()
      await outer.close()
    },
  }
}

/** A path as this side writes it, as Windows does, and with a way round in it. */
function spellings(path: string, drive: string): string[] {
  const below = path.startsWith(`${drive}/`) ? path.slice(drive.length).replaceAll('/', '\\') : null
  const windows = below === null ? `\\\\wsl.localhost\\Ubuntu${path.replaceAll('/', '\\')}` : `C:${below}`
  const other = below === null ? windows.replace('wsl.localhost', 'WSL$') : `c:${below.toUpperCase().replaceAll('\\', '/')}`
  // Scratch folders are no Windows drive: in other letters what must be open would not be there.
  return [
    path,
    windows,
    `${dirname(path)}/./../${path.split('/').at(-2)}/${path.split('/').at(-1)}`,
    ...(path.endsWith('good') ? [] : [other]),
  ]
}

interface Schema {
  readonly type?: string | readonly string[]
  readonly enum?: readonly unknown[]
  readonly minimum?: number
  readonly items?: Schema
  readonly properties?: Readonly<Record<string, Schema>>
  readonly required?: readonly string[]
}

/** What a tool needs besides its paths, where any value would not do. */
const samples: Readonly<Record<string, unknown>> = {
  'execute_command.command': 'true',
  'edit_file.edits': [{ old_string: 'before', new_string: 'after' }],
  'search_files.glob': '*',
  'translate_path.to': 'wsl',
}

function sampleOf(schema: Schema, name: string): unknown {
  if (name in samples) return samples[name]
  if (schema.enum !== undefined) return schema.enum[0]
  if (schema.type === 'array') return [sampleOf(schema.items ?? {}, `${name}[]`)]
  if (schema.type === 'object')
    return Object.fromEntries((schema.required ?? []).map((each) => [each, sampleOf(schema.properties?.[each] ?? {}, `${name}.${each}`)]))
  return schema.type === 'integer' ? (schema.minimum ?? 1) : schema.type === 'boolean' ? false : 'x'
}

/** The arguments of a call with a path in one place; other paths are new names in the allowed folder. */
function argumentsWith(tool: Tool, place: PathPlace, path: string, A: string): Record<string, unknown> {
  const args = sampleOf(tool.inputSchema as Schema, tool.name) as Record<string, unknown>
  for (const other of tool.paths) insert(args, other.at, other.use === 'write' ? join(A, 'new-name') : join(A, 'good'))
  insert(args, place.at, path)
  return args
}

function insert(args: Record<string, unknown>, at: string, path: string): void {
  const [, name = '', list, rest] = /^([^[.]+)(\[\])?(.*)$/.exec(at) ?? []
  if (rest !== undefined && rest !== '') {
    const inner = (list === undefined ? args[name] : (args[name] as unknown[])[0]) as Record<string, unknown>
    insert(inner, rest.replace(/^\./, ''), path)
  } else args[name] = list === undefined ? path : [path]
}

/** What lies in a folder and when each was changed, but for what a bridge writes of itself. */
const print = (folder: string): string =>
  readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter(
      (name) => !/(^|\/)\.mcp-twin\/bridge\/(audit\.jsonl|logs|locks|sandbox|store|run|waiting\.json|triggers|session_state)/.test(name),
    )
    .map((name) => {
      const { mode, ino, size, mtimeNs } = lstatSync(join(folder, name), { bigint: true })
      // A folder's time changes with the temporary file of a refused write, which is checked by its name.
      return [name, mode, ino, ...((mode & 0o170000n) === 0o40000n ? [] : [size, mtimeNs])].join(' ')
    })
    .sort()
    .join('\n')

const denials = ({ folder }: Desk): number => {
  try {
    return readFileSync(join(folder, 'audit.jsonl'), 'utf8').split('"event":"denied"').length - 1
  } catch {
    return 0
  }
}

/** What is wrong with how a tool treats paths: one sentence for each call that the policy did not decide about. */
export async function pathTroubles(tool: Tool, { place, world, folder, refused, readOnly, open }: Trial): Promise<string[]> {
  const { bridge } = place
  const prints = (): string => world.map(print).join()
  const attempt = async (at: PathPlace, path: string): Promise<{ denied: boolean; said: string }> => {
    const before = denials(place)
    const call = { client: 'tester', session: 's1', signal: new AbortController().signal, progress: () => undefined }
    const result = await callTool(tool, argumentsWith(tool, at, path, folder), bridge, call)
    return { denied: denials(place) > before && result.isError === true, said: JSON.stringify(result) }
  }
  const found: string[] = []
  for (const at of tool.paths.filter(({ use }) => use !== 'spelled')) {
    for (const path of [...refused, ...(at.use === 'write' ? readOnly : [])]) {
      const was = prints()
      const { denied, said } = await attempt(at, path)
      const what = `${tool.name} ${at.at} ${JSON.stringify(path)}`
      // An empty path is refused before the policy, with the place where relative ones begin.
      if (!denied && !(path === '' && said.includes('The path is empty')))
        found.push(`${what}: not refused by the policy: ${said.slice(0, 200)}`)
      if (said.includes(CANARY)) found.push(`${what}: tells what is closed`)
      if (prints() !== was) found.push(`${what}: changes something`)
    }
    // A repository is named by its folder, never by its git directory.
    const isGitDirectory = (path: string): boolean => tool.name === 'handoff_create' && /[\\/]\.git$/.test(path)
    for (const path of [...open, ...(at.use === 'read' ? readOnly : [])].filter((each) => !isGitDirectory(each))) {
      const { denied, said } = await attempt(at, path)
      if (denied) found.push(`${tool.name} ${at.at} ${JSON.stringify(path)}: refused: ${said.slice(0, 200)}`)
    }
  }
  return found
}

const pathWord = /(^|_)(path|file|folder|dir|directory|cwd|source|src|destination|dest|target|root|location|workspace)s?(_|$)/i

/** Arguments that are called like paths and are none, and tools that change things and say of no path that they do. */
export function declarationTroubles(tool: Tool): string[] {
  const declared = new Set(tool.paths.map(({ at }) => at))
  const walk = (schema: Schema, at: string): string[] => {
    if (schema.type === 'array') return walk(schema.items ?? {}, `${at}[]`)
    if (schema.properties !== undefined)
      return Object.entries(schema.properties).flatMap(([name, each]) => walk(each, at === '' ? name : `${at}.${name}`))
    const isText = schema.enum === undefined && [schema.type].flat().includes('string')
    const name = /([^.[\]]+)(\[\])*$/.exec(at)?.[1] ?? ''
    return isText && pathWord.test(name) && !declared.has(at) ? [`${tool.name} ${at}: called like a path, not made by pathArgument()`] : []
  }
  // What is written into the store may have been read from files.
  const idle =
    ['write', 'create'].includes(tool.effect) &&
    tool.family !== 'handoff' &&
    tool.paths.some(({ use }) => use === 'read') &&
    tool.paths.every(({ use }) => use !== 'write')
  return [
    ...walk(tool.inputSchema as Schema, ''),
    ...(idle ? [`${tool.name}: changes things, and none of its paths is to be written`] : []),
  ]
}
