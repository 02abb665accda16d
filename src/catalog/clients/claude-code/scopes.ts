import { jsonOrNull } from '../../../core/formats/json/loose.ts'
import { meaning } from '../../../core/launch/meaning.ts'
import { member, namesIn, texts } from '../../../core/object.ts'
import { joinPath, toHere } from '../../../core/paths.ts'
import type { JsonValue } from '../../../model/entry.ts'
import type { Environment } from '../../../model/environment.ts'
import type { SideFiles } from '../../../model/located.ts'
import { type NativePath, native } from '../../../model/path.ts'
import type { ManagedPolicy, ScopedEntry, ScopeFacts, ScopeRequest } from '../../../model/scopes.ts'
import { claudeCodeSpelling } from './entry.ts'

/** Where an administrator puts Claude Code's managed files (code.claude.com/docs/en/managed-mcp). */
const managedFolder = ({ kind }: Pick<Environment, 'kind'>): NativePath =>
  native(
    kind === 'windows'
      ? 'C:\\Program Files\\ClaudeCode'
      : kind === 'macos'
        ? '/Library/Application Support/ClaudeCode'
        : '/etc/claude-code',
  )

const json = (bytes: Uint8Array | null): unknown => (bytes === null ? undefined : jsonOrNull(new TextDecoder().decode(bytes)))

const readJson = async (files: SideFiles, file: NativePath): Promise<unknown> => json(await files.read(file))

/** The names in `allowedMcpServers` and its like; other ways to name a server (by command, by address) are left to Claude Code. */
const serverNames = (value: unknown): string[] => (Array.isArray(value) ? value.flatMap((each) => texts([member(each, 'serverName')])) : [])

function policyOf(file: NativePath, settings: unknown): ManagedPolicy[] {
  const [allowed, denied] = [member(settings, 'allowedMcpServers'), member(settings, 'deniedMcpServers')]
  const onlyManaged = member(settings, 'allowManagedMcpServersOnly') === true
  const byName = Array.isArray(allowed) && allowed.every((each) => typeof member(each, 'serverName') === 'string')
  if (allowed === undefined && denied === undefined && !onlyManaged) return []
  return [{ file, allowed: byName ? serverNames(allowed) : null, denied: serverNames(denied), onlyManaged }]
}

async function policies({ environment, files, windows }: ScopeRequest): Promise<ManagedPolicy[]> {
  const file = joinPath(environment, managedFolder(environment), 'managed-settings.json')
  const own = policyOf(file, await readJson(files, file))
  if (environment.kind !== 'wsl' || windows === null) return own
  // WSL follows the policy of its Windows where that says so (anthropics/claude-code:CHANGELOG.md, 2.1.118).
  const theirs = joinPath(windows.environment, managedFolder(windows.environment), 'managed-settings.json')
  const settings = await readJson(windows.files, theirs)
  return member(settings, 'wslInheritsWindowsSettings') === true ? [...own, ...policyOf(theirs, settings)] : own
}

async function managed({ environment, files }: ScopeRequest): Promise<ScopeFacts['managed']> {
  const file = joinPath(environment, managedFolder(environment), 'managed-mcp.json')
  const here = toHere(environment, file)
  if (here === null || (await files.look(file, 'follow')) === null) return null
  const read = await readJson(files, file)
  return { file, here, names: read === undefined || read === null ? null : namesIn(member(read, 'mcpServers')) }
}

/** Places where guides once put servers, and where Claude Code looks for none. */
async function unread({ environment, files }: ScopeRequest, folder: NativePath): Promise<ScopeFacts['unread']> {
  const found = await Promise.all(
    ['settings.json', 'mcp.json', '.mcp.json'].map(async (name) => {
      const file = joinPath(environment, folder, name)
      const names = namesIn(member(await readJson(files, file), 'mcpServers'))
      return names.length === 0 ? [] : [{ file, names }]
    }),
  )
  return found.flat()
}

/** Entries of an `mcpServers` object, each with the folder in which it counts. */
const scoped = (folder: NativePath, servers: unknown): ScopedEntry[] =>
  namesIn(servers).map((name) => ({
    folder,
    name,
    entry: meaning(jsonOf(member(servers, name)), { spelling: claudeCodeSpelling }),
  }))

/** What JSON.parse gave is JSON. */
const jsonOf = (value: unknown): JsonValue => JSON.parse(JSON.stringify(value ?? null))

interface Choices {
  readonly all: boolean
  readonly yes: ReadonlySet<string>
  readonly no: ReadonlySet<string>
}

/**
 * Which servers of `.mcp.json` its user has approved or refused. A project's own settings count only once the folder
 * is trusted, as seen with Claude Code 2.1.329.
 */
async function choicesFor(
  { environment, files, folders, readInside }: ScopeRequest,
  claude: NativePath,
  projects: unknown,
): Promise<Choices> {
  const sources: unknown[] = [await readJson(files, joinPath(environment, claude, 'settings.json'))]
  for (const folder of folders) {
    const project = member(projects, folder)
    if (project === undefined) continue
    sources.push(project)
    if (member(project, 'hasTrustDialogAccepted') !== true) continue
    for (const name of ['settings.json', 'settings.local.json']) sources.push(json(await readInside(folder, '.claude', name)))
  }
  const all = (key: string): Set<string> => new Set(sources.flatMap((source) => texts(member(source, key))))
  return {
    all: sources.some((source) => member(source, 'enableAllProjectMcpServers') === true),
    yes: all('enabledMcpjsonServers'),
    no: all('disabledMcpjsonServers'),
  }
}

/** What counts in the project of the working folder: its `.mcp.json` files, and user servers that are switched off there. */
async function inProject(
  request: ScopeRequest,
  claude: NativePath,
  projects: unknown,
): Promise<Pick<ScopeFacts, 'project' | 'switchedOff'>> {
  const { folders, readInside } = request
  if (folders.length === 0) return { project: [], switchedOff: [] }
  const { all, yes, no } = await choicesFor(request, claude, projects)
  const project: ScopeFacts['project'][number][] = []
  for (const folder of folders)
    for (const each of scoped(folder, member(json(await readInside(folder, '.mcp.json')), 'mcpServers'))) {
      const approval = no.has(each.name) ? 'rejected' : all || yes.has(each.name) ? 'approved' : 'pending'
      project.push({ ...each, approval })
    }
  const nearest = folders.find((folder) => member(projects, folder) !== undefined)
  const off = nearest === undefined ? [] : texts(member(member(projects, nearest), 'disabledMcpServers'))
  return { project, switchedOff: off.map((name) => ({ project: nearest ?? '', name })) }
}

/** Everything that Claude Code of one side goes by besides the user's servers. */
export async function readScopes(request: ScopeRequest): Promise<ScopeFacts> {
  const { environment, file, files } = request
  const folder = environment.claudeConfigDir ?? joinPath(environment, environment.home, '.claude')
  const projects = member(await readJson(files, file), 'projects')
  return {
    managed: await managed(request),
    policies: await policies(request),
    unread: await unread(request, folder),
    local: namesIn(projects).flatMap((path) => scoped(native(path), member(member(projects, path), 'mcpServers'))),
    ...(await inProject(request, folder, projects)),
  }
}
