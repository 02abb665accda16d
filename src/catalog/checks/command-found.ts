import { defineCheck, type ClientFile, type DoctorEntry, type Facts } from '../../core/doctor/facts.ts'
import { byForce, bySync, changesOf, isBrokenByHand, missingOf, remedyFor } from '../../core/doctor/fix.ts'
import { entriesOf, entryName } from '../../core/doctor/names.ts'
import { BRIDGE } from '../../core/manifest/new-name.ts'
import { layout } from '../../core/layout.ts'
import { environmentLabel } from '../../core/participants.ts'
import type { CheckResult } from '../../model/check.ts'

function judge(facts: Facts, file: ClientFile, each: DoctorEntry): CheckResult[] {
  if (each.disabled) return []
  return missingOf(facts, each).map(({ what, path, on = each.runs }) => {
    const folder = facts.input.render.folders(on.id)
    const isOurs = folder !== null && path === layout(on, folder).launcher
    const isEdited = each.server !== null && isBrokenByHand(facts, file, each.name)
    const remedy = isOurs ? bySync : each.server === null ? null : isEdited ? { fix: byForce } : remedyFor(facts, file, each.name)
    const install = /[\\/]wsl\.exe$/i.test(path) ? 'in PowerShell: wsl --install' : `install it on ${environmentLabel(on)}`
    const byHand =
      each.server === null
        ? `${install}, or take "${each.name}" out of ${file.file}`
        : each.server === BRIDGE
          ? install
          : `${install}, or: mcp-twin disable ${each.server}`
    const message = `${isEdited ? 'it was edited by hand, and ' : ''}the ${what} that it starts does not exist${isEdited ? ' (this puts ours back)' : ''}`
    const changes = isEdited ? changesOf(facts, file, each.name) : []
    return {
      level: each.server === null ? 'warning' : 'error',
      subject: entryName(facts, file, each.name),
      message,
      detail: [path, ...changes],
      ...(remedy ?? { fix: byHand }),
    }
  })
}

/** What every entry starts is there: programs go with a version manager's old version, scripts with a moved folder. */
export const commandFound = defineCheck({
  id: 'command-found',
  group: 'servers',
  title: 'every program that an entry starts exists',
  run: (facts) =>
    entriesOf(facts).flatMap(({ file, each }) => judge(facts, file, each).map((found) => ({ environment: file.environment.id, ...found }))),
})
