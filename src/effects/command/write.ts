import { type LauncherCommand, commandDigest, commandOn } from '../../core/command/launcher.ts'
import { meansEnvironment } from '../../core/participants.ts'
import { samePath, toHere } from '../../core/paths.ts'
import { endStep, makeStep } from '../../core/plan/step.ts'
import { isCommandText } from '../../model/command-text.ts'
import type { Environment } from '../../model/environment.ts'
import type { Step } from '../../model/plan.ts'
import type { State } from '../../model/state.ts'
import type { System } from '../../model/system.ts'
import { folderOn } from '../machine/home.ts'
import { sideFiles } from '../machine/side-files.ts'
import type { Situation } from '../manifest/open.ts'
import type { BackupRun } from '../store/backup.ts'
import type { Decision } from '../store/decision.ts'
import { rewriteFile } from '../store/rewrite.ts'
import { firstOnPath, isOnPath, terminalPath } from './path.ts'

/** The command as a run is to write it on one side. */
export interface PlannedCommand {
  readonly side: Environment
  readonly command: LauncherCommand
  readonly step: Step
}

/** What is said of it in a plan and a report. */
const meaning = 'makes mcp-twin a command that can be typed in every folder'

/** What becomes of a file that says `text`; null: it is not ours, and stays. */
function changeOf(text: string | null, wanted: string): Step['change'] | null {
  if (text === null) return 'add'
  if (text === wanted) return 'adopt'
  return isCommandText(text) ? 'update' : null
}

async function planOn(system: System, situation: Situation, side: Environment): Promise<PlannedCommand | null> {
  const { home, world, state } = situation
  const command = commandOn(side, folderOn(system, home, side))
  if (command === null) return null
  const files = sideFiles(system, side)
  const kind = (await files.look(command.file))?.kind
  if (kind !== undefined && kind !== 'file') return null
  const bytes = kind === undefined ? null : await files.read(command.file)
  if (kind !== undefined && bytes === null) return null
  const change = changeOf(bytes === null ? null : Buffer.from(bytes).toString('utf8'), command.text)
  const isRecorded = state.commands?.[side.id]?.digest === commandDigest(command.text)
  if (change === null || (change === 'adopt' && isRecorded)) return null
  if (change === 'add') {
    const path = await terminalPath(system, world, side)
    if (path === null || !isOnPath(side, path, command.folder)) return null
    const first = await firstOnPath(system, side, path)
    if (first !== null && !samePath(side, first, command.file)) return null
  }
  const place = { environment: side.id, client: null, file: command.file, server: null }
  return { side, command, step: makeStep({ kind: 'write', ...place, change, reason: meaning }) }
}

/** Plans the command for each side whose PATH has a place for it and no other mcp-twin. A file that is not ours stays. */
export async function planCommands(system: System, situation: Situation, on: readonly string[]): Promise<readonly PlannedCommand[]> {
  if (situation.place.project !== null) return []
  const sides = situation.sides.filter((side) => on.length === 0 || on.some((word) => meansEnvironment(word, side)))
  const planned = await Promise.all(sides.map((side) => planOn(system, situation, side)))
  return planned.filter((each) => each !== null)
}

/** Writes the commands, decided again on the bytes read under the lock. Returns the steps, and the state with their records. */
export async function writeCommands(
  system: System,
  { self, ...situation }: Situation,
  planned: readonly PlannedCommand[],
  run: BackupRun,
): Promise<{ steps: readonly Step[]; state: State; written: boolean }> {
  let [state, written] = [situation.state, false]
  const steps: Step[] = []
  for (const { side, command, step } of planned) {
    const { file, text, launcher } = command
    const here = toHere(side, file)
    // Without it there is nothing to start; its step says why it is not there.
    if (here === null || (await sideFiles(system, side).look(launcher)) === null) continue
    const decide = (bytes: Uint8Array | null): Decision => {
      const change = changeOf(bytes === null ? null : Buffer.from(bytes).toString('utf8'), text)
      if (change === null) return { kind: 'refuse', reason: 'another program of this name was put there meanwhile' }
      return change === 'adopt' ? { kind: 'nothing' } : { kind: 'replace', bytes: Buffer.from(text), holdsKey: false, mode: 0o755 }
    }
    const target = { here, shown: file, side: self.id, links: 'refuse' as const, within: null, createMode: 0o755 }
    const outcome = await rewriteFile(system, target, decide, run.forFile({ environment: side.id, client: null, file, entries: [] }))
    if (outcome.kind === 'refused' || outcome.kind === 'failed') {
      steps.push({ ...endStep(step, outcome.kind, outcome.reason ?? null, outcome.hint ?? null), kind: 'refuse' })
      continue
    }
    written ||= outcome.kind === 'written'
    state = { ...state, commands: { ...state.commands, [side.id]: { file, digest: commandDigest(text) } } }
    steps.push(endStep(step, 'done', step.reason))
  }
  return { steps, state, written }
}
