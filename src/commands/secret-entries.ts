import { clients } from '../catalog/clients/index.ts'
import type { Context } from '../context.ts'
import { apartKeys } from '../core/manifest/apart-keys.ts'
import { environmentLabel, meansEnvironment } from '../core/participants.ts'
import { type KeyProject, serversWith } from '../effects/manifest/key-users.ts'
import { userPlace } from '../effects/manifest/place.ts'
import type { Secrets } from '../effects/store/secrets.ts'
import { exitOf } from '../effects/sync/result.ts'
import { previewSync, runSync } from '../effects/sync/sync.ts'
import { EXIT, type ExitCode, TwinError } from '../errors.ts'
import type { Manifest } from '../model/manifest.ts'
import { abbreviateHome, labelsFor } from '../ui/labels.ts'
import { columns, pad } from '../ui/width.ts'
import type { HomeContext } from './at-home.ts'
import { reportSync } from './report-sync.ts'
import { syncOptions } from './sync-options.ts'

/** What a command on keys works on. */
export interface Task {
  readonly context: Context
  readonly homeContext: HomeContext
  /** The user's manifest, whose `secrets` and servers count; empty where there is none yet. */
  readonly manifest: Manifest
  readonly secrets: Secrets
  /** Projects whose servers get keys of this store. */
  readonly projects: readonly KeyProject[]
}

/** An entry that the next sync writes, as `--json` shows it. */
export interface DifferingEntry {
  readonly environment: string
  /** Null: what the other side starts by name. */
  readonly client: string | null
  readonly file: string | null
  readonly server: string | null
}

/** What a new value of a key means for the configs. */
export interface KeyEffect {
  readonly entries: readonly DifferingEntry[]
  /** What could not be judged, or is refused, in words. */
  readonly open: readonly string[]
  /** Keys that servers use beside this one, and that stay as they are. */
  readonly beside: readonly string[]
}

/** Which entries differ from what the store and the manifest say now, of the servers that ask for a key. */
export async function effectOf(context: Context, homeContext: HomeContext, name: string): Promise<KeyEffect> {
  try {
    const situation = await homeContext.openAt(userPlace(homeContext.home))
    const users = serversWith(situation.manifest, name)
    const beside = apartKeys(situation.manifest.servers).flatMap(({ servers, key, other, side }) => {
      if (key !== name && other !== name) return []
      const where = situation.sides.find((each) => side !== null && meansEnvironment(side, each))
      const place = where === undefined ? '' : ` on ${environmentLabel(where)}`
      return [
        key === name
          ? `${servers[1]}${place} uses ${other}, which stays as it is`
          : `${servers[0]} uses ${key} elsewhere, which stays as it is`,
      ]
    })
    if (users.length === 0) return { entries: [], open: [], beside }
    const { steps } = await previewSync(context.system, situation, syncOptions(context, {}, { clients: [], on: [], resolve: false }))
    const own = steps.filter(({ server, client, kind }) => (server === null ? client === null && kind === 'write' : users.includes(server)))
    return {
      entries: own
        .filter(({ kind, change }) => kind === 'write' && change !== 'adopt')
        .map(({ environment, client, file, server }) => ({ environment, client, file, server })),
      open: own
        .filter(({ kind }) => kind === 'refuse')
        .map((step) => `${placeOf(homeContext, step)}, ${step.server}: ${step.reason?.split('\n')[0]}`),
      beside,
    }
  } catch (error) {
    // The key is stored; the commands that work on anything else report what is wrong there.
    if (error instanceof TwinError) return { entries: [], open: [error.message], beside: [] }
    throw error
  }
}

const placeOf = ({ world }: HomeContext, { client, environment }: Pick<DifferingEntry, 'client' | 'environment'>): string => {
  const labels = labelsFor(world, clients)
  const side = labels.environment(environment)
  return client === null ? side : `${labels.client(client)} (${side})`
}

/** Names the entries that differ, and on a terminal offers the sync. */
export async function offerSync(context: Context, homeContext: HomeContext, { entries, open, beside }: KeyEffect): Promise<ExitCode> {
  const { io, prompt } = context
  const labels = labelsFor(homeContext.world, clients)
  if (entries.length > 0) {
    io.out(`${entries.length === 1 ? 'This entry differs' : 'These entries differ'} from the store now:`)
    const rows = entries.map((entry) => {
      const file = entry.file === null ? '' : labels.file(entry.environment, entry.file)
      return [placeOf(homeContext, entry), entry.server ?? 'what is started by name', file] as const
    })
    const [first, second] = [0, 1].map((at) => Math.max(...rows.map((row) => columns(row[at] ?? ''))))
    for (const [title, server, file] of rows)
      io.out(`  ${pad(title, first ?? 0)}  ${pad(server, second ?? 0)}  ${io.paint.dim(file)}`.trimEnd())
  }
  for (const each of [...beside, ...new Set(open.map((reason) => abbreviateHome(reason, homeContext.world.environments)))])
    io.out(`${io.paint.warn('!')} ${each}`)
  if (entries.length + open.length === 0) return EXIT.ok
  if (entries.length === 0 || !prompt.able || !(await prompt.confirm('Write them now?', { flag: 'mcp-twin sync' }))) {
    io.out('To write them: mcp-twin sync')
    return EXIT.ok
  }
  const result = await runSync(
    context.system,
    { open: () => homeContext.openAt(userPlace(homeContext.home)) },
    syncOptions(context, {}, { clients: [], on: [] }),
    'sync',
  )
  reportSync(context, homeContext.world, result, { command: 'sync', preview: false })
  return exitOf(result, { check: false })
}
