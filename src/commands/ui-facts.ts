import { createHash } from 'node:crypto'
import { join } from 'node:path'
import { clients } from '../catalog/clients/index.ts'
import { builtinServers } from '../catalog/servers/index.ts'
import { StorePlace } from '../bridge/store/place.ts'
import type { Context } from '../context.ts'
import { layout } from '../core/layout.ts'
import { localSeconds } from '../core/local-time.ts'
import { toHere } from '../core/paths.ts'
import { findLogs } from '../effects/logs/find.ts'
import { reach, type Situation } from '../effects/manifest/open.ts'
import { whoRuns } from '../effects/store/lock.ts'
import { prepare } from '../effects/sync/prepare.ts'
import { EXIT } from '../errors.ts'
import { type NativePath, native, type ReachablePath, reachable } from '../model/path.ts'
import { labelsFor } from '../ui/labels.ts'
import type { Standing } from '../window/asks.ts'
import type { WatchedSides } from '../window/watching.ts'
import type { HomeContext } from './at-home.ts'
import { withBridge } from './bridge-at-home.ts'
import { syncOptions } from './sync-options.ts'

const at = ({ home }: HomeContext) => layout(home.environment, home.folder)

/** What plans rest on: our own files, every config that takes part, and the keys. Null: something of it cannot be read. */
export async function look(context: Context, homeContext: HomeContext): Promise<{ standing: Standing; digest: string } | null> {
  try {
    const { system } = context
    const { home, place } = homeContext
    const standing = await homeContext.open()
    const { input } = await prepare(system, standing, syncOptions(context, {}, { resolve: false, clients: [], on: [] }))
    const hash = createHash('sha256')
    for (const path of [place.here, place.lockHere, standing.statePath, reach(home, at(homeContext).secrets)])
      hash.update(`${path}\0`).update((await system.files.read(path)) ?? 'absent')
    for (const { environment, file, bytes } of input.files) hash.update(`${environment.id} ${file}\0`).update(bytes ?? 'absent')
    return { standing: { ...standing, builtins: await builtinServers() }, digest: hash.digest('hex') }
  } catch {
    // The command itself says what is wrong there.
    return null
  }
}

/** The most logs that are looked at, those that were written last. */
const logsMost = 40

/** The files that the page shows, by what it shows of them. */
export async function watchedFiles(context: Context, homeContext: HomeContext): Promise<WatchedSides> {
  const { home, place } = homeContext
  const { bridge, ...own } = at(homeContext)
  const situation = await homeContext.open().catch(() => null)
  const files = (isSelf: boolean) => (situation === null ? [] : clientFiles(situation, isSelf))
  const store = new StorePlace(reach(home, bridge))
  const logs = (await findLogs(context.system, homeContext.world, home)).slice(-logsMost)
  return {
    near: {
      servers: [place.here, place.lockHere, reach(home, own.state), reach(home, own.weights), ...files(true)],
      keys: [reach(home, own.secrets)],
      runs: [reach(home, own.backups)],
      // The database itself changes when it is only read.
      store: [reachable(store.changed)],
      logs: logs.flatMap(({ environment, here }) => (environment === home.environment.id ? [here] : [])),
      events: [reachable(join(reach(home, bridge), 'audit.jsonl'))],
    },
    far: {
      servers: files(false),
      logs: logs.flatMap(({ environment, here }) => (environment === home.environment.id ? [] : [here])),
    },
  }
}

const clientFiles = ({ world, state }: Situation, isSelf: boolean): ReachablePath[] =>
  world.environments
    .filter(({ self }) => (self === true) === isSelf)
    .flatMap((side) => {
      const files: NativePath[] = Object.values(state.files[side.id] ?? {}).flatMap((each) => Object.keys(each).map(native))
      return files.flatMap((file) => toHere(side, file) ?? [])
    })

/** Who else runs on this home at the moment, in words. */
export async function running({ system }: Context, { home, world }: HomeContext): Promise<string | null> {
  const found = await whoRuns(system, home.here, home.environment.id)
  if (found === null) return null
  const { pid, side, since } = found
  const at = since === null ? '' : `, since ${localSeconds(Date.parse(since))}`
  return `Waiting for another run: process ${pid} on ${labelsFor(world, clients).environment(side)}${at}.`
}

/** Notes a change of the page where those of all programs are noted. Throws where it cannot. */
export async function audit(context: Context, command: string, by: 'page' | 'terminal'): Promise<void> {
  await withBridge(context, async ({ bridge }) => {
    bridge.audit.write({ event: 'call', client: 'window', tool: command, subject: '', outcome: `allowed by the ${by}` })
    if (bridge.audit.trouble !== null) throw new Error(bridge.audit.trouble)
    return EXIT.ok
  })
}
