import type { ClaudeCodeFacts, ClientFile, Policy, ScopedEntry } from '../../core/doctor/facts.ts'
import { meaning } from '../../core/launch/meaning.ts'
import { joinPath, toHere } from '../../core/paths.ts'
import type { JsonValue } from '../../model/entry.ts'
import type { Environment } from '../../model/environment.ts'
import { type NativePath, native } from '../../model/path.ts'
import type { System } from '../../model/system.ts'
import { observeProject } from './claude-code-project.ts'
import { member, namesIn, readJson, texts } from './place.ts'

/** Where an administrator puts Claude Code's managed files (code.claude.com/docs/en/managed-mcp). */
const managedFolder = ({ kind }: Pick<Environment, 'kind'>): NativePath =>
  native(
    kind === 'windows'
      ? 'C:\\Program Files\\ClaudeCode'
      : kind === 'macos'
        ? '/Library/Application Support/ClaudeCode'
        : '/etc/claude-code',
  )

const inFolder = (environment: Environment, folder: NativePath, ...names: string[]): NativePath => joinPath(environment, folder, ...names)

/** The names in `allowedMcpServers` and its like; other ways to name a server (by command, by address) are left to Claude Code. */
const serverNames = (value: unknown): string[] => (Array.isArray(value) ? value.flatMap((each) => texts([member(each, 'serverName')])) : [])

function policyOf(file: NativePath, settings: unknown): Policy[] {
  const [allowed, denied] = [member(settings, 'allowedMcpServers'), member(settings, 'deniedMcpServers')]
  const onlyManaged = member(settings, 'allowManagedMcpServersOnly') === true
  const byName = Array.isArray(allowed) && allowed.every((each) => typeof member(each, 'serverName') === 'string')
  if (allowed === undefined && denied === undefined && !onlyManaged) return []
  return [{ file, allowed: byName ? serverNames(allowed) : null, denied: serverNames(denied), onlyManaged }]
}

async function policies(system: System, side: Environment, windows: Environment | undefined): Promise<Policy[]> {
  const file = inFolder(side, managedFolder(side), 'managed-settings.json')
  const own = policyOf(file, await readJson(system, toHere(side, file)))
  if (side.kind !== 'wsl' || windows === undefined) return own
  // WSL follows the policy of its Windows where that says so (anthropics/claude-code:CHANGELOG.md, 2.1.118).
  const theirs = inFolder(windows, managedFolder(windows), 'managed-settings.json')
  const settings = await readJson(system, toHere(windows, theirs))
  return member(settings, 'wslInheritsWindowsSettings') === true ? [...own, ...policyOf(theirs, settings)] : own
}

async function managed(system: System, side: Environment): Promise<ClaudeCodeFacts['managed']> {
  const file = inFolder(side, managedFolder(side), 'managed-mcp.json')
  const here = toHere(side, file)
  if (here === null || (await system.files.look(here, 'follow')) === null) return null
  const read = await readJson(system, here)
  return { file, here, names: read === undefined ? null : namesIn(member(read, 'mcpServers')) }
}

/** Places where guides once put servers, and where Claude Code looks for none. */
async function unread(system: System, side: Environment, folder: NativePath): Promise<ClaudeCodeFacts['unread']> {
  const found = await Promise.all(
    ['settings.json', 'mcp.json', '.mcp.json'].map(async (name) => {
      const file = inFolder(side, folder, name)
      const names = namesIn(member(await readJson(system, toHere(side, file)), 'mcpServers'))
      return names.length === 0 ? [] : [{ file, names }]
    }),
  )
  return found.flat()
}

/** Entries of an `mcpServers` object, each with the folder in which it counts. */
function scoped(folder: NativePath, servers: unknown, client: ClientFile['client']): ScopedEntry[] {
  return namesIn(servers).map((name) => ({ folder, name, entry: meaning(jsonOf(member(servers, name)), client) }))
}

/** What JSON.parse gave is JSON. */
const jsonOf = (value: unknown): JsonValue => JSON.parse(JSON.stringify(value ?? null))

async function observeSide(system: System, file: ClientFile, windows: Environment | undefined): Promise<ClaudeCodeFacts> {
  const side = file.environment
  const folder = side.claudeConfigDir ?? inFolder(side, side.home, '.claude')
  const user = file.scope === 'user' ? file.file : file.client.file(side)
  const config = await readJson(system, toHere(side, user))
  const projects = member(config, 'projects')
  const local = namesIn(projects).flatMap((path) => scoped(native(path), member(member(projects, path), 'mcpServers'), file.client))
  return {
    environment: side,
    managed: await managed(system, side),
    policies: await policies(system, side, windows),
    unread: await unread(system, side, folder),
    local,
    ...(await observeProject(system, side, file.client, folder, projects)),
  }
}

/** What Claude Code goes by besides the file that we write, on every side where it takes part. */
export function observeClaudeCode(system: System, files: readonly ClientFile[], sides: readonly Environment[]): Promise<ClaudeCodeFacts[]> {
  const windows = sides.find(({ kind }) => kind === 'windows')
  const used = files.filter(({ client, here }) => client.id === 'claude-code' && here !== null)
  return Promise.all(used.map((file) => observeSide(system, file, windows)))
}
