import { clients } from '../../catalog/clients/index.ts'
import { meansEnvironment } from '../../core/participants.ts'
import { dirName, joinPath, toHere } from '../../core/paths.ts'
import { isUsed, switched } from '../../core/plan/used.ts'
import type { ClientDefinition } from '../../model/client.ts'
import type { Environment } from '../../model/environment.ts'
import type { NativePath, ReachablePath } from '../../model/path.ts'
import type { System } from '../../model/system.ts'
import { escapeFrom, escapeWords } from '../store/inside.ts'
import { isTrouble } from '../store/trouble.ts'
import { rememberedRegistry } from '../machine/registry.ts'
import { sideFiles } from '../machine/side-files.ts'
import { formerTargets, holdsOurs } from './former.ts'
import { fileInManifest, fileOfFlag } from './named-file.ts'
import type { Situation } from './open.ts'
import type { TargetContext, Target } from './target.ts'

export interface TargetOptions {
  readonly clients: readonly string[]
  readonly on: readonly string[]
  readonly desktopConfig?: string
}

const wantedHere = (options: TargetOptions, environment: Environment, client: ClientDefinition): boolean =>
  (options.on.length === 0 || options.on.some((word) => meansEnvironment(word, environment))) &&
  (options.clients.length === 0 || options.clients.includes(client.id))

/** Whether `--client` asks for a client on this side: where the side must be named too, only if it is, or if the client is on no other. */
function isAskedFor(client: ClientDefinition, side: Environment, sides: readonly Environment[], options: TargetOptions): boolean {
  if (!options.clients.includes(client.id)) return false
  const needsName = ({ kind }: Environment): boolean => client.onlyNamed?.includes(kind) === true
  const isElsewhere = sides.some((each) => client.environments.includes(each.kind) && !needsName(each))
  return !needsName(side) || !isElsewhere || options.on.some((word) => meansEnvironment(word, side))
}

/** The user-scope client files of the environments that take part. */
async function userTargets(
  system: System,
  sides: readonly Environment[],
  context: TargetContext,
  options: TargetOptions,
): Promise<Target[]> {
  const asked = sides.flatMap((environment) =>
    clients
      .filter((client) => wantedHere(options, environment, client) && client.environments.includes(environment.kind))
      .map((client) => targetsOf(system, environment, client, context, { ...options, sides })),
  )
  return (await Promise.all(asked)).flat()
}

/** The files of one client on one side, and those it had before. */
async function targetsOf(
  system: System,
  environment: Environment,
  client: ClientDefinition,
  context: TargetContext,
  options: TargetOptions & { readonly sides: readonly Environment[] },
): Promise<Target[]> {
  const { manifest, state } = context
  const { sides } = options
  const named = namedFile(system, environment, client, context, options)
  const isNamed = named !== null
  const asked = isAskedFor(client, environment, sides, options) ? [client.id] : []
  const mayBeUsed = isUsed(client, environment, manifest, asked, { named: isNamed, exists: true })
  const hasRecords = state.files[environment.id]?.[client.id] !== undefined
  if (!mayBeUsed && !hasRecords && asked.length === 0) return []
  const target = await locate(system, environment, client, context, named)
  const more = isNamed ? [] : ((await client.moreFiles?.(environment, sideFiles(system, environment))) ?? [])
  const all = [target, ...more.map((file): Target => ({ ...target, file, here: toHere(environment, file) }))]
  const exists = mayBeUsed && (await isThere(system, environment, client, target))
  if (!isUsed(client, environment, manifest, asked, { named: isNamed, exists })) {
    const left = all.filter((each) => holdsOurs(state, each)).map((each): Target => ({ ...each, unused: true }))
    left.push(...(await formerTargets(system, state, all)))
    return left.length > 0 ? left : asked.length > 0 ? switchedOff(client, target) : []
  }
  // A look with a flag leads away from what is the program's otherwise.
  const isForOnce = client.locator !== undefined && options.desktopConfig !== undefined
  return target.refusal !== undefined || isForOnce ? all : [...all, ...(await formerTargets(system, state, all))]
}

/** A client given by name that is switched off: only `init` and `add` switch one on. */
function switchedOff(client: ClientDefinition, target: Target): Target[] {
  // One file of several sides says it, where the side itself must be named.
  if (client.onlyNamedSide?.includes(target.environment.kind)) return []
  const reason = `${client.label} is not switched on in the manifest ("clients")`
  return [{ ...target, off: true, refusal: { reason, hint: `mcp-twin init --client ${client.id}` } }]
}

/** A file that a person named for a client, and where. */
interface Named {
  readonly file: NativePath
  readonly by: string
}

/** The file that a flag or the manifest names for a client on this side; null: neither does. */
function namedFile(
  system: System,
  environment: Environment,
  client: ClientDefinition,
  context: TargetContext,
  options: TargetOptions,
): Named | null {
  if (client.locator !== undefined && options.desktopConfig !== undefined)
    return { file: fileOfFlag(system, options.desktopConfig, environment, context), by: '--desktop-config names it' }
  const said = context.manifest.clients?.[client.id]
  const file = typeof said === 'object' && said.file !== undefined ? fileInManifest(said.file, client, environment, context) : null
  return file === null ? null : { file, by: `"file" of "${client.id}" in the manifest names it` }
}

/** The file that a client reads on a side, whether it takes part or not. */
export function clientFile(
  system: System,
  environment: Environment,
  client: ClientDefinition,
  context: TargetContext,
  desktopConfig: string | undefined,
): Promise<Target> {
  const options = { clients: [], on: [], ...(desktopConfig === undefined ? {} : { desktopConfig }) }
  return locate(system, environment, client, context, namedFile(system, environment, client, context, options))
}

async function locate(
  system: System,
  environment: Environment,
  client: ClientDefinition,
  { world, state }: TargetContext,
  named: Named | null,
): Promise<Target> {
  const at = (file: NativePath): Target => ({ environment, client, scope: 'user', file, here: toHere(environment, file) })
  if (client.locator === undefined) return at(named?.file ?? (await usualFile(system, environment, client)))
  const records = state.files[environment.id]?.[client.id] ?? {}
  const live = await (await client.locator()).find({
    ...{ environment, records, named, now: system.now() },
    files: sideFiles(system, environment),
    registry: (key) => rememberedRegistry(system, world, environment, key),
  })
  if (!('refuse' in live)) return { ...at(live.file), located: live }
  return {
    ...at(client.file(environment)),
    refusal: {
      reason: `${live.refuse}: ${live.candidates.join(', ')}`,
      hint: 'say which one it reads: mcp-twin sync --desktop-config PATH',
    },
  }
}

/** The file of a client that nobody named and that is not located: of its two names the preferred one, if it is there. */
export async function usualFile(system: System, environment: Environment, client: ClientDefinition): Promise<NativePath> {
  const preferred = client.preferredFile?.(environment)
  const here = preferred === undefined ? null : toHere(environment, preferred)
  return preferred !== undefined && here !== null && (await exists(system, here)) ? preferred : client.file(environment)
}

/** True if a client's file, or the folder that says that it is installed, is there. */
export async function isThere(system: System, environment: Environment, client: ClientDefinition, target: Target): Promise<boolean> {
  const own = dirName(environment, target.file)
  const folders = [client.folder?.(environment) ?? own, ...(client.locator === undefined ? [] : [own])]
  for (const path of [target.here, ...folders.map((folder) => toHere(environment, folder))])
    if (path !== null && (await exists(system, path))) return true
  return false
}

/** True if there is anything at the path, also if it cannot be looked at: links in a circle, a folder that may not be entered. */
async function exists(system: System, path: ReachablePath): Promise<boolean> {
  try {
    return (await system.files.look(path, 'follow')) !== null
  } catch (error) {
    if (isTrouble(error)) return true
    throw error
  }
}

/** The client files that a manifest is for: a project's own, or the user's on every side that takes part. */
export const targetsFor = (system: System, situation: Situation, options: TargetOptions): Promise<Target[]> =>
  situation.place.project === null
    ? userTargets(system, situation.sides, situation, options)
    : projectTargets(system, situation, situation.place.project, options)

/** The project-scope files of the clients that have them: those always used, and those whose folder is in the project or in home. */
async function projectTargets(
  system: System,
  { self, manifest, state, place }: Situation,
  project: NativePath,
  options: TargetOptions,
): Promise<Target[]> {
  const found: Target[] = []
  for (const client of clients) {
    if (client.project === undefined || !wantedHere(options, self, client)) continue
    const file = joinPath(self, project, ...client.project.path.split('/'))
    const plain: Target = { environment: self, client, scope: 'project', file, here: toHere(self, file) }
    const target = place.root === null ? plain : await confined(system, plain, place.root)
    const said = switched(client, self, manifest) ?? (client.switchedOn === true ? false : null)
    const isAsked = options.clients.includes(client.id)
    if (said ?? (isAsked || client.always.length > 0 || (await installed(system, self, client, target)))) found.push(target)
    else if (holdsOurs(state, target)) found.push({ ...target, unused: true })
    else if (isAsked) found.push(...switchedOff(client, target))
  }
  return found
}

/** A file that leads out of the project is neither read nor written. */
async function confined(system: System, target: Target, within: ReachablePath): Promise<Target> {
  const { here, file } = target
  try {
    const away = here === null ? null : await escapeFrom(system, within, here)
    return away === null ? { ...target, within } : { ...target, within, here: null, refusal: { hint: '', ...escapeWords(away, file) } }
  } catch (error) {
    // A folder that may not be entered: whoever reads the file says so.
    if (isTrouble(error)) return { ...target, within }
    throw error
  }
}

async function installed(system: System, self: Environment, client: ClientDefinition, target: Target): Promise<boolean> {
  if (await isThere(system, self, client, { ...target, here: toHere(self, client.file(self)) })) return true
  const folder = toHere(self, dirName(self, target.file))
  return folder !== null && (await system.files.look(folder)) !== null
}
