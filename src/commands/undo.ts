import { makePlan } from '../core/plan/plan.ts'
import type { Context } from '../context.ts'
import { EXIT, type ExitCode } from '../errors.ts'
import { withRunLock } from '../effects/files/lock.ts'
import { prepare } from '../effects/sync/prepare.ts'
import { restartsFor } from '../effects/sync/restart.ts'
import { differs, exitOf, type SyncResult } from '../effects/sync/result.ts'
import { stepsOf } from '../effects/sync/steps.ts'
import { runsOf, undo } from '../effects/undo/undo.ts'
import { align } from '../ui/width.ts'
import { atHome, type Ground } from './at-home.ts'
import { reportSync } from './report-sync.ts'
import { syncOptions } from './sync-options.ts'

/** Takes back what a run changed, or lists the runs. */
export const run = (context: Context, [id]: string[], options: Record<string, unknown>): Promise<ExitCode> =>
  atHome(context, { mayBeAbsent: true }, (ground) =>
    options.list === true ? listThem(context, ground) : takeBack(context, ground, id, options.force === true),
  )

async function listThem(context: Context, ground: Ground): Promise<ExitCode> {
  const runs = await runsOf(context.system, await ground.open())
  const shown = runs.map(({ id, at, command, files }) => ({
    id,
    at,
    command,
    files: files.filter((file) => file.client !== null).map((file) => file.file),
  }))
  context.io.json({ command: 'undo', runs: shown })
  const words = runs.map(({ id, at, command, files, undone, undoes, damaged }) => [
    id,
    at.slice(0, 19).replace('T', ' '),
    command,
    `${files.filter((file) => file.client !== null).length} files`,
    damaged ? 'damaged' : undone ? 'undone' : undoes !== null ? `took back ${undoes}` : '',
  ])
  for (const line of align(words)) context.io.out(line)
  if (runs.length === 0) context.io.out('No run has changed anything yet.')
  return EXIT.ok
}

async function takeBack(context: Context, ground: Ground, id: string | undefined, force: boolean): Promise<ExitCode> {
  const { system } = context
  const result = await withRunLock(system, ground.home.here, ground.home.environment.id, async (): Promise<SyncResult> => {
    const undone = await undo(system, await ground.open(), id, force)
    // The manifest may be back as it was, or gone: what is in sync now is judged from the start.
    const after = await prepare(system, await ground.open(), syncOptions(context, {}, { resolve: false }))
    const plan = makePlan(after.input)
    return {
      inSync: !stepsOf(plan, after).some(differs),
      changed: undone.changed,
      run: undone.run,
      steps: undone.steps,
      unmanaged: plan.files.flatMap(({ plan: file }) =>
        file.unmanaged.map((server) => ({ environment: file.environment, client: file.client, server })),
      ),
      restart: restartsFor(undone.written, after.input),
      notices: [`run ${undone.id} is taken back; keys and packages stay`],
    }
  })
  reportSync(context, ground.world, result, { command: 'undo', preview: false })
  return exitOf(result, { check: false })
}
