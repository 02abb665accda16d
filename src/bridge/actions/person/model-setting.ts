import { editSetting } from '../../../core/formats/json/setting.ts'
import { layout } from '../../../core/layout.ts'
import { toHere } from '../../../core/paths.ts'
import { type Situation, reach } from '../../../effects/manifest/open.ts'
import { openRun } from '../../../effects/store/backup.ts'
import { withRunLock } from '../../../effects/store/lock.ts'
import { rewriteFile } from '../../../effects/store/rewrite.ts'
import type { ClientDefinition } from '../../../model/client.ts'
import type { Environment } from '../../../model/environment.ts'
import type { System } from '../../../model/system.ts'
import type { ActionOutcome } from '../type.ts'

/** The sides whose settings count: those where the client is at home, else this one. */
function sidesOf(client: ClientDefinition, { world, home }: Situation): readonly Environment[] {
  const usual = world.environments.filter(({ kind }) => client.always.includes(kind))
  return usual.length > 0 ? usual : [home.environment]
}

/** The files that hold a client's model, as their sides spell them. */
export const modelFiles = (client: ClientDefinition, situation: Situation): string[] =>
  sidesOf(client, situation).flatMap((side) => client.model?.file(side) ?? [])

/** Sets the model in a client's settings on its sides, each file with lock, backup and undo. */
export async function setModel(system: System, situation: Situation, client: ClientDefinition, model: string): Promise<ActionOutcome> {
  const { home, self } = situation
  const setting = client.model
  if (setting === undefined) return { status: 'failed', result: { error: `${client.label} has no setting for its model.` } }
  return withRunLock(system, home.here, home.environment.id, async () => {
    const folder = reach(home, layout(home.environment, home.folder).backups)
    const run = openRun(system, folder, { command: 'actions run', at: system.now() })
    const [done, troubles]: [string[], string[]] = [[], []]
    for (const side of sidesOf(client, situation)) {
      const file = setting.file(side)
      const here = toHere(side, file)
      if (here === null) {
        troubles.push(`${file}: ${side.id} cannot be reached from here`)
        continue
      }
      const note = { environment: side.id, client: client.id, file, entries: [], setting: { path: [...setting.path], value: model } }
      const outcome = await rewriteFile(
        system,
        { here, shown: file, side: self.id, links: 'follow', within: null },
        (bytes) => editSetting(bytes, setting.path, model),
        run.forFile(note),
      )
      if (outcome.kind === 'written' || outcome.kind === 'unchanged') done.push(file)
      else troubles.push(`${file}: ${outcome.reason}`)
    }
    const id = await run.finish()
    if (troubles.length > 0) return { status: 'failed', result: { error: `The model was not set in ${troubles.join('; ')}.`, files: done } }
    const undo = id === null ? '' : `\nTo take it back: mcp-twin undo ${id}`
    return {
      status: 'done',
      result: { message: `${client.label} uses ${model}, ${setting.takesEffect}.${undo}`, files: done, ...(id !== null && { run: id }) },
    }
  })
}
