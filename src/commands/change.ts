import type { Context } from '../context.ts'
import type { ExitCode } from '../errors.ts'
import { openRun } from '../effects/files/backup.ts'
import { withRunLock } from '../effects/files/lock.ts'
import { editManifest, type ManifestChange } from '../effects/manifest/edit.ts'
import { type Situation, reach } from '../effects/situation/open.ts'
import { storeKeys } from '../effects/sync/keys.ts'
import { writeOwn } from '../effects/sync/own-files.ts'
import { exitOf, type SyncResult } from '../effects/sync/result.ts'
import { runSync } from '../effects/sync/sync.ts'
import type { Secret } from '../model/secret.ts'
import { layout } from '../core/layout.ts'
import { atHome, type Ground } from './at-home.ts'
import { reportSync } from './report-sync.ts'
import { syncOptions } from './sync-options.ts'

/** Changes of the manifest, and keys that go into the store with them. */
export interface Changes {
  readonly changes: readonly ManifestChange[]
  readonly brought?: ReadonlyMap<string, Secret>
}

/** What a command changes, judged on the manifest as it stands when it is changed. */
export type Change = (situation: Situation) => Promise<Changes>

/** Changes the manifest and carries the change into every config, unless `--no-sync`. */
export async function changeManifest(context: Context, options: Record<string, unknown>, change: Change): Promise<ExitCode> {
  return atHome(context, { mayBeAbsent: context.command === 'add' }, async (ground) => {
    const result = options.sync === false ? await writeOnly(context, ground, change) : await withSync(context, ground, change)
    reportSync(context, ground.world, result, { command: context.command, preview: false })
    return exitOf(result, { check: false })
  })
}

async function withSync(context: Context, ground: Ground, change: Change): Promise<SyncResult> {
  const edit = async (situation: Situation) => {
    const { changes, brought } = await change(situation)
    if (changes.length === 0) return null
    const edited = editManifest(situation, changes)
    return brought === undefined ? edited : { ...edited, situation: { ...edited.situation, brought } }
  }
  // `--client` and `--on` say where a new server belongs; the sync behind it still looks at every file.
  const settings = syncOptions(context, {}, { clients: [], on: [] })
  return runSync(context.system, { open: ground.open, edit }, settings, context.command)
}

async function writeOnly(context: Context, ground: Ground, change: Change): Promise<SyncResult> {
  const { system } = context
  const { home } = ground
  return withRunLock(system, home.here, home.environment.id, async () => {
    const situation = await ground.open()
    const { changes, brought = new Map() } = await change(situation)
    const nothing: SyncResult = { inSync: false, changed: false, run: null, steps: [], unmanaged: [], restart: [], notices: ['only the manifest was looked at; mcp-twin sync carries it into the configs'] }
    if (changes.length === 0) return nothing
    const run = openRun(system, reach(home, layout(home.environment, home.folder).backups), { command: context.command, at: system.now() })
    await storeKeys(system, { ...situation, brought })
    const changed = await writeOwn(system, situation, ground.place.here, ground.place.shown, editManifest(situation, changes).bytes, run)
    return { ...nothing, changed, run: await run.finish() }
  })
}

