import type { ClientDefinition } from '../../model/client.ts'
import type { Environment } from '../../model/environment.ts'
import { type Launches, launchesSchema } from '../../model/launches.ts'
import { native, type NativePath } from '../../model/path.ts'
import type { EntryStep } from '../../model/plan.ts'
import { reveal, Secret } from '../../model/secret.ts'
import { jsonOrNull } from '../formats/json/loose.ts'
import { isOwnScript } from '../launch/launcher.ts'
import { renderEntry, renderLaunch } from '../launch/render.ts'
import { serverOn } from '../launch/side.ts'
import { lookUp } from '../lookup.ts'
import { keysOf } from '../manifest/names.ts'
import { isProjectFile } from '../project-file.ts'
import type { LaunchesInput, LaunchesPlan, ObservedLaunches, PlanInput } from './input.ts'
import { makeStep } from './step.ts'

type NamesBySide = ReadonlyMap<string, ReadonlySet<string>>

/**
 * What is to become of `launches.json` on every side that is not home: the servers that a client there starts by `run`,
 * with the keys of those and no others. `started`: what the entries of the files that this run looks at start by name. A
 * file of which every byte is right already is left out. `entries`: the steps of those files.
 */
export function planLaunches(input: PlanInput, started: NamesBySide, entries: readonly EntryStep[]): LaunchesPlan[] {
  const { launches } = input
  if (launches === undefined) return []
  return launches.files.flatMap((seen) => {
    const { side } = seen
    const isConcerned = started.has(side.id) || input.files.some(({ environment }) => environment.id === side.id)
    return launches.isNarrowed && !isConcerned ? [] : (planOf(input, launches, seen, started.get(side.id) ?? new Set(), entries) ?? [])
  })
}

function planOf(
  input: PlanInput,
  launches: LaunchesInput,
  { side, file, text, hasFolder, projects }: ObservedLaunches,
  started: ReadonlySet<string>,
  entries: readonly EntryStep[],
): LaunchesPlan | null {
  const current = text === null ? null : reveal(text)
  const before = launchesIn(current)
  const next: Launches = {
    version: 1,
    // Of the user's own servers a project's manifest says nothing.
    servers: input.render.project === undefined ? serversFor(input, launches, side, started, before.servers) : before.servers,
    projects: projects === null ? before.projects : reveal(projects),
  }
  const isEmpty = Object.keys(next.servers).length + (hasFolder ? Object.keys(next.projects).length : 0) === 0
  const wanted = textFor(next)
  if (current === wanted || (current === null && isEmpty)) return null
  return { side, file, text: new Secret(wanted), ...launchesStep({ side, file, isNew: current === null }, before, next, entries) }
}

export const textFor = (launches: Launches): string => `${JSON.stringify(launches, null, 2)}\n`

/** What a text says. It is derived from the manifest, so a damaged one is simply made anew. */
export function launchesIn(text: string | null): Launches {
  const parsed = launchesSchema.safeParse(text === null ? null : jsonOrNull(text))
  return parsed.success ? parsed.data : { version: 1, servers: {}, projects: {} }
}

/**
 * The servers that are started by name on a side. A run that looks at a few files only knows a part of them, so what
 * is there stays as long as any client could still ask for it, and is brought up to date where the manifest knows
 * it. What cannot be rendered now (a key is missing) stays as it is, like its entries.
 */
function serversFor(
  input: PlanInput,
  launches: LaunchesInput,
  side: Environment,
  started: ReadonlySet<string>,
  before: Launches['servers'],
): Launches['servers'] {
  const next: Launches['servers'] = {}
  for (const name of [...new Set([...started, ...Object.keys(before)])].sort()) {
    const old = lookUp(before, name)
    const made = started.has(name) ? launchOf(input, name, side) : keptLaunch(input, launches, name, side)
    const launch = made === 'unchanged' ? old : made
    if (launch !== null && launch !== undefined) next[name] = launch
  }
  return next
}

type Made = Launches['servers'][string] | 'unchanged' | null

/** Returns a launch that no file of this run names; null: no client can name it any more. */
function keptLaunch(input: PlanInput, launches: LaunchesInput, name: string, side: Environment): Made {
  const isElsewhere = isAskedElsewhere(input, launches.clients, name)
  if (isElsewhere && !launches.isOwn) return 'unchanged'
  const could = couldBeAsked(input, launches.clients, name, side)
  return could === true ? launchOf(input, name, side) : could === null || isElsewhere ? 'unchanged' : null
}

/** True if a client on any side could start this server of the manifest by name on `side`; null: unknown now. */
function couldBeAsked(input: PlanInput, clients: readonly ClientDefinition[], name: string, side: Environment): boolean | null {
  const server = lookUp(input.manifest.servers, name)
  if (server === undefined) return false
  let could: boolean | null = false
  for (const environment of input.world.environments) {
    for (const client of clients) {
      if (!client.environments.includes(environment.kind) || isOff(client, input)) continue
      const rendered = renderEntry({ ...input.render, name, server, client, environment, scope: 'user' })
      if (rendered.kind === 'entry' && rendered.launches.includes(side.id)) return true
      if (rendered.kind === 'refuse') could = null
    }
  }
  return could
}

/** A client that takes part only once it is switched on, and is not. What it still holds of ours is in the records. */
const isOff = ({ id, switchedOn }: ClientDefinition, { manifest }: PlanInput): boolean =>
  switchedOn === true && (manifest.clients?.[id] ?? false) === false

function launchOf(input: PlanInput, name: string, side: Environment): Made {
  const server = lookUp(input.manifest.servers, name)
  const [client] = input.launches?.clients ?? []
  if (server === undefined || client === undefined) return null
  const rendered = renderLaunch({ ...input.render, name, server, client, environment: side, scope: 'user' })
  if (rendered.kind !== 'launch') return rendered.kind === 'refuse' ? 'unchanged' : null
  const [entry, spec] = [reveal(rendered.entry), serverOn(server, side)]
  const stored =
    entry.kind === 'stdio' ? { ...entry, args: [...entry.args], env: { ...entry.env } } : { ...entry, headers: { ...entry.headers } }
  return { entry: stored, keys: keysOf(spec), script: isOwnScript(entry, spec, side) }
}

/**
 * Does a file that this run does not look at hold an entry of ours for this server? A project's file starts what its
 * own manifest says, so it counts for nothing here.
 */
function isAskedElsewhere({ state, world, files }: PlanInput, clients: readonly ClientDefinition[], server: string): boolean {
  return world.environments.some((environment) =>
    Object.entries(state.files[environment.id] ?? {}).some(([id, records]) => {
      const client = clients.find((each) => each.id === id)
      return Object.entries(records).some(
        ([file, { entries }]) =>
          Object.values(entries).some((record) => record.server === server && record.gone !== true) &&
          !files.some((seen) => seen.environment.id === environment.id && seen.client.id === id && seen.file === file) &&
          !(client !== undefined && isProjectFile(client, environment, native(file))),
      )
    }),
  )
}

interface LaunchesFile {
  readonly side: Environment
  readonly file: NativePath
  readonly isNew: boolean
}

/** The step for a `launches.json` that is to be written, without what the entries of that side say in the same plan. */
function launchesStep(
  { side, file, isNew }: LaunchesFile,
  before: Launches,
  next: Launches,
  entries: readonly EntryStep[],
): Pick<LaunchesPlan, 'step' | 'servers' | 'isTold'> {
  const servers = [...new Set([...Object.keys(before.servers), ...Object.keys(next.servers)])]
    .filter((name) => JSON.stringify(before.servers[name]) !== JSON.stringify(next.servers[name]))
    .sort()
  const hasProjects = JSON.stringify(before.projects) !== JSON.stringify(next.projects)
  const written = new Set(entries.flatMap(({ change, step }) => (change === null || step.environment !== side.id ? [] : [step.server])))
  const [server, ...more] = servers
  const words = [
    ...(server === undefined ? [] : [more.length === 0 ? 'how it is started there' : `how ${listed(servers)} are started there`]),
    ...(hasProjects ? ['the keys of trusted projects'] : []),
  ]
  const step = makeStep({
    kind: 'write',
    environment: side.id,
    file,
    server: more.length === 0 && !hasProjects ? (server ?? null) : null,
    change: isNew ? 'add' : 'update',
    reason: words.length === 0 ? 'the file could not be used' : words.join(', '),
  })
  return { step, servers, isTold: server !== undefined && !hasProjects && servers.every((name) => written.has(name)) }
}

const listed = (words: readonly string[]): string =>
  words.length < 2 ? (words[0] ?? '') : `${words.slice(0, -1).join(', ')} and ${words.at(-1)}`
