import { commandDigest } from '../../core/command/launcher.ts'
import { toHere } from '../../core/paths.ts'
import { endStep, makeStep } from '../../core/plan/step.ts'
import { isCommandText } from '../../model/command-text.ts'
import type { World } from '../../model/environment.ts'
import { native } from '../../model/path.ts'
import type { Step } from '../../model/plan.ts'
import type { State } from '../../model/state.ts'
import type { System } from '../../model/system.ts'
import { passing } from '../machine/passing.ts'
import type { BackupRun } from '../store/backup.ts'
import { rewriteFile } from '../store/rewrite.ts'

/**
 * Removes the commands of our records, for an uninstall, or shows that they would go (`isPreview`). One that was edited or replaced
 * stays, and one that is gone has no step.
 */
export async function clearCommands(
  system: System,
  world: World,
  { commands = {} }: State,
  run: BackupRun,
  isPreview: boolean,
): Promise<Step[]> {
  const steps: Step[] = []
  const self = world.environments.find((each) => each.self)?.id ?? ''
  for (const [environment, { file, digest }] of Object.entries(commands)) {
    const side = world.environments.find(({ id }) => id === environment)
    const here = side === undefined ? null : toHere(side, native(file))
    const bytes = here === null ? null : await passing(system.files.read(here))
    if (here === null || bytes === null) continue
    const isOurs = (found: Uint8Array): boolean => {
      const text = Buffer.from(found).toString('utf8')
      return commandDigest(text) === digest || isCommandText(text)
    }
    const place = { environment, client: null, file: native(file), server: null }
    const step = makeStep({ kind: 'remove', ...place, change: 'remove', reason: 'the command mcp-twin' })
    if (!isOurs(bytes))
      steps.push({ ...endStep(step, 'done', 'the command mcp-twin is not as it was written, so it stays'), change: 'none' })
    else if (isPreview) steps.push(step)
    else {
      const target = { here, shown: file, side: self, links: 'refuse' as const, within: null }
      const backup = run.forFile({ environment, client: null, file: native(file), entries: [] })
      const outcome = await rewriteFile(
        system,
        target,
        (now) => (now !== null && isOurs(now) ? { kind: 'remove' } : { kind: 'nothing' }),
        backup,
      )
      const isBad = outcome.kind === 'refused' || outcome.kind === 'failed'
      steps.push(isBad ? endStep(step, 'failed', outcome.reason ?? null, outcome.hint ?? null) : endStep(step, 'done', step.reason))
    }
  }
  return steps
}
