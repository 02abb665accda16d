import type { ClaudeCodeFacts } from '../../core/doctor/facts.ts'
import { meaning } from '../../core/launch/meaning.ts'
import { dirName, fromHere, joinPath, toHere } from '../../core/paths.ts'
import type { ClientDefinition } from '../../model/client.ts'
import type { JsonValue } from '../../model/entry.ts'
import type { Environment } from '../../model/environment.ts'
import type { NativePath } from '../../model/path.ts'
import type { System } from '../../model/system.ts'
import { escapeFrom } from '../store/inside.ts'
import { isFolderGone, workingFolder } from '../machine/delegate.ts'
import { member, namesIn, readJson, texts } from './place.ts'

/** Folders are searched upwards this many levels at most. */
const LEVELS_MAX = 64

type Approval = ClaudeCodeFacts['project'][number]['approval']

interface Choices {
  readonly all: boolean
  readonly yes: ReadonlySet<string>
  readonly no: ReadonlySet<string>
}

/** The working folder and those above it, the nearest first. */
function foldersAbove(system: System, side: Environment): NativePath[] {
  const found: NativePath[] = []
  let folder = isFolderGone(system) ? null : fromHere(side, workingFolder(system, side))
  while (folder !== null && found.length < LEVELS_MAX && found.at(-1) !== folder) {
    found.push(folder)
    folder = dirName(side, folder)
  }
  return found
}

/** A file of a project as it counts there; one that leads out of its folder is not read. */
async function readInside(system: System, side: Environment, folder: NativePath, ...names: string[]): Promise<unknown> {
  const [here, file] = [toHere(side, folder), toHere(side, joinPath(side, folder, ...names))]
  const root = here === null ? null : await system.files.realPath(here)
  if (root === null || file === null || (await escapeFrom(system, root, file)) !== null) return undefined
  return readJson(system, file)
}

/**
 * Which servers of `.mcp.json` its user has approved or refused. A project's own settings count only once the folder
 * is trusted, as seen with Claude Code 2.1.329.
 */
async function choicesFor(
  system: System,
  side: Environment,
  claude: NativePath,
  above: readonly NativePath[],
  projects: unknown,
): Promise<Choices> {
  const sources: unknown[] = [await readJson(system, toHere(side, joinPath(side, claude, 'settings.json')))]
  for (const folder of above) {
    const project = member(projects, folder)
    if (project === undefined) continue
    sources.push(project)
    if (member(project, 'hasTrustDialogAccepted') !== true) continue
    for (const name of ['settings.json', 'settings.local.json']) sources.push(await readInside(system, side, folder, '.claude', name))
  }
  const all = (key: string): Set<string> => new Set(sources.flatMap((source) => texts(member(source, key))))
  return {
    all: sources.some((source) => member(source, 'enableAllProjectMcpServers') === true),
    yes: all('enabledMcpjsonServers'),
    no: all('disabledMcpjsonServers'),
  }
}

const approvalOf = (name: string, { all, yes, no }: Choices): Approval =>
  no.has(name) ? 'rejected' : all || yes.has(name) ? 'approved' : 'pending'

/** What counts in the project of the working folder: its `.mcp.json` files, and user servers that are switched off there. */
export async function observeProject(
  system: System,
  side: Environment,
  client: ClientDefinition,
  claude: NativePath,
  projects: unknown,
): Promise<Pick<ClaudeCodeFacts, 'project' | 'switchedOff'>> {
  if (!side.self) return { project: [], switchedOff: [] }
  const above = foldersAbove(system, side)
  const choices = await choicesFor(system, side, claude, above, projects)
  const project: ClaudeCodeFacts['project'][number][] = []
  for (const folder of above) {
    const servers = member(await readInside(system, side, folder, '.mcp.json'), 'mcpServers')
    for (const name of namesIn(servers)) {
      const value: JsonValue = JSON.parse(JSON.stringify(member(servers, name)))
      project.push({ folder, name, entry: meaning(value, client), approval: approvalOf(name, choices) })
    }
  }
  const nearest = above.find((folder) => member(projects, folder) !== undefined)
  const off = nearest === undefined ? [] : texts(member(member(projects, nearest), 'disabledMcpServers'))
  return { project, switchedOff: off.map((name) => ({ project: nearest ?? '', name })) }
}
