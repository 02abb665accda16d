import { clients } from '../../catalog/clients/index.ts'
import { type Rendered, renderEntry, renderLaunch } from '../../core/launch/render.ts'
import { serverOn } from '../../core/launch/side.ts'
import { jsonOrNull } from '../../core/json/loose.ts'
import { layout } from '../../core/layout.ts'
import { lookUp } from '../../core/lookup.ts'
import { keysOf } from '../../core/manifest/names.ts'
import { toHere } from '../../core/paths.ts'
import type { PlanInput } from '../../core/plan/plan.ts'
import { TwinError } from '../../errors.ts'
import type { Entry } from '../../model/entry.ts'
import type { Environment } from '../../model/environment.ts'
import { type Launches, launchesSchema } from '../../model/launches.ts'
import type { ServerSpec } from '../../model/manifest.ts'
import type { ReachablePath } from '../../model/path.ts'
import { reveal, Secret } from '../../model/secret.ts'
import type { System } from '../../model/system.ts'
import { ownerOnly } from '../files/far-modes.ts'
import { checkOwnerOnly } from '../secrets/file.ts'
import { openSecrets } from '../secrets/store.ts'
import { readTrust } from '../trust/trust.ts'

/** Reads a `launches.json`; null when there is none. One that others may read, or that is damaged, is refused. */
export async function readLaunches(system: System, path: ReachablePath): Promise<Secret<Launches> | null> {
  if (!(await checkOwnerOnly(system, path))) return null
  const parsed = launchesSchema.safeParse(jsonOrNull(Buffer.from((await system.files.read(path)) ?? []).toString('utf8')))
  if (parsed.success) return new Secret(parsed.data)
  throw new TwinError('damaged', `${path} cannot be read.`, { place: { file: path }, hint: 'mcp-twin sync writes it anew' })
}

/** True for a package's JavaScript that this side's own node starts, so that `run` may run it in its own process. */
export const isOwnScript = (entry: Entry, spec: ServerSpec, side: Environment): boolean =>
  entry.kind === 'stdio' && spec.package !== undefined && entry.command === side.node && !/npx-cli\.js$/.test(entry.args[0] ?? '')

/**
 * Writes `launches.json` on every other side: the servers that a client there starts by `run`, with the keys of those
 * and no others. A sync of a few clients only knows a part of them, so what the file has stays as long as any client
 * could still ask for it. What cannot be started now (a key is missing) is left out; its refusal is said by the plan.
 */
export async function writeLaunches(system: System, input: PlanInput, launches: ReadonlyMap<string, ReadonlySet<string>>): Promise<void> {
  if (input.render.project !== undefined) return
  const projects = await trustedProjects(system, input)
  for (const side of input.world.environments) {
    const place = side.id === input.home.id ? null : placeOn(input, side)
    if (place === null) continue
    const before = await earlier(system, place.file)
    const names = new Set([
      ...(launches.get(side.id) ?? []),
      ...Object.keys(before.servers).filter((name) => couldBeAsked(input, name, side)),
    ])
    const servers: Launches['servers'] = {}
    for (const name of [...names].sort()) {
      const made = launchOf(input, name, side)
      if (made !== null) servers[name] = made
    }
    await write(system, place, before, { version: 1, servers, projects })
  }
}

interface Place {
  readonly side: Environment
  readonly file: ReachablePath
  readonly folder: ReachablePath
}

function placeOn(input: PlanInput, side: Environment): Place | null {
  const folder = input.render.folders(side.id)
  if (folder === null) return null
  const [file, here] = [toHere(side, layout(side, folder).launches), toHere(side, folder)]
  return file === null || here === null ? null : { side, file, folder: here }
}

const nothing: Launches = { version: 1, servers: {}, projects: {} }

/** What the file says now. It is derived from the manifest, so a damaged one is simply made anew. */
async function earlier(system: System, file: ReachablePath): Promise<Launches> {
  try {
    const read = await readLaunches(system, file)
    return read === null ? nothing : reveal(read)
  } catch (error) {
    if (error instanceof TwinError) return nothing
    throw error
  }
}

function couldBeAsked(input: PlanInput, name: string, side: Environment): boolean {
  const server = lookUp(input.manifest.servers, name)
  if (server === undefined) return false
  return input.world.environments.some((environment) =>
    clients.some((client) => {
      if (!client.environments.includes(environment.kind)) return false
      const rendered: Rendered = renderEntry({ ...input.render, name, server, client, environment, scope: 'user' })
      return rendered.kind === 'entry' && rendered.launches.includes(side.id)
    }),
  )
}

function launchOf(input: PlanInput, name: string, side: Environment): Launches['servers'][string] | null {
  const server = lookUp(input.manifest.servers, name)
  const [client] = clients
  if (server === undefined || client === undefined) return null
  const rendered = renderLaunch({ ...input.render, name, server, client, environment: side, scope: 'user' })
  if (rendered.kind !== 'launch') return null
  const [entry, spec] = [reveal(rendered.entry), serverOn(server, side)]
  const stored =
    entry.kind === 'stdio' ? { ...entry, args: [...entry.args], env: { ...entry.env } } : { ...entry, headers: { ...entry.headers } }
  return { entry: stored, keys: keysOf(spec), script: isOwnScript(entry, spec, side) }
}

/** Keys that the servers of trusted projects name: their manifests may be opened from every side. */
async function trustedProjects(system: System, input: PlanInput): Promise<Launches['projects']> {
  const folder = input.render.folders(input.home.id)
  const here = folder === null ? null : toHere(input.home, folder)
  return here === null ? {} : projectKeys(system, here, input.manifest)
}

/** The same for whoever trusts a project outside of a sync. */
export async function projectKeys(
  system: System,
  homeFolder: ReachablePath,
  manifest: PlanInput['manifest'],
): Promise<Launches['projects']> {
  const { projects } = await readTrust(system, homeFolder)
  const secrets = openSecrets(system, homeFolder, manifest)
  const found: Launches['projects'] = {}
  for (const { digest, keys } of Object.values(projects)) {
    const values: Record<string, string> = {}
    for (const name of keys) {
      const key = await secrets.get(name)
      if (key !== null) values[name] = reveal(key)
    }
    found[digest] = { keys: values }
  }
  return found
}

/** Puts newly trusted projects into the `launches.json` of another side, where there is a folder of ours. */
export async function shareProjects(system: System, place: Place, projects: Launches['projects']): Promise<void> {
  if ((await system.files.look(place.folder, 'follow'))?.kind !== 'directory') return
  const before = await earlier(system, place.file)
  await write(system, place, before, { ...before, projects })
}

async function write(system: System, { side, file, folder }: Place, before: Launches, next: Launches): Promise<void> {
  if (JSON.stringify(before) === JSON.stringify(next)) return
  await system.files.makeDirectory(folder, 0o700)
  // The folder first, so that nobody else ever sees the keys; without it they are not written at all.
  if (!(await ownerOnly(system, side, [folder]))) return
  await system.files.replace(file, Buffer.from(`${JSON.stringify(next, null, 2)}\n`, 'utf8'), 0o600)
  await ownerOnly(system, side, [file])
}
