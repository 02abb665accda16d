import type { Step } from '../../model/plan.ts'
import type { System } from '../../model/system.ts'
import type { PlannedCommand } from '../command/write.ts'
import type { PlannedHook } from '../hook/write.ts'
import type { Situation } from '../manifest/open.ts'
import type { BackupRun } from '../store/backup.ts'
import type { SyncOptions } from './options.ts'
import { writeState } from './own-files.ts'

/** What init writes besides configs: the hook, and the commands on PATH. */
export interface Besides {
  readonly hook: PlannedHook | null
  readonly commands: readonly PlannedCommand[]
}

/** Plans what the options ask for; most runs ask for nothing, and load nothing for it. */
export async function planBesides(system: System, situation: Situation, options: SyncOptions): Promise<Besides> {
  return {
    hook: options.hook === true ? await (await import('../hook/write.ts')).planHook(system, situation) : null,
    commands: options.command === true ? await (await import('../command/write.ts')).planCommands(system, situation, options.on) : [],
  }
}

/** The planned steps. */
export const stepsBesides = ({ hook, commands }: Besides): Step[] => [
  ...(hook === null ? [] : [hook.step]),
  ...commands.map(({ step }) => step),
]

/** Writes hook and commands after the files, and records them at once: the hook's program may be asked to remove it from now on. */
export async function writeBesides(system: System, situation: Situation, { hook, commands }: Besides, run: BackupRun) {
  const hooked = hook === null ? null : await (await import('../hook/write.ts')).writeHook(system, situation, hook, run)
  const now = hooked === null ? situation : { ...situation, state: hooked.state }
  const commanded = commands.length === 0 ? null : await (await import('../command/write.ts')).writeCommands(system, now, commands, run)
  const state = commanded?.state ?? now.state
  if (state !== situation.state) await writeState(system, situation, state, run)
  return {
    steps: [...(hooked === null ? [] : [hooked.step]), ...(commanded?.steps ?? [])],
    changed: hooked?.written === true || commanded?.written === true,
  }
}
