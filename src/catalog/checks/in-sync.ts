import { noManifest } from '../../errors.ts'
import { defineCheck, type ClientFile, type Facts } from '../../core/doctor/facts.ts'
import { bySync, choiceFor, choicesFor, makesManifest, plannedFile, recordsOf } from '../../core/doctor/fix.ts'
import { list, programName } from '../../core/doctor/names.ts'
import { environmentLabel } from '../../core/participants.ts'
import type { CheckResult } from '../../model/check.ts'
import type { EntryStep, FilePlan } from '../../model/plan.ts'

const words = { add: 'missing', update: 'different', remove: 'no longer wanted', adopt: '', none: '' } as const

/** Entries that a sync would write or remove; the check entries-kept reports what a program dropped. */
function toWrite(facts: Facts, file: ClientFile, entries: readonly EntryStep[]): CheckResult[] {
  const records = recordsOf(facts, file)
  const planned = entries.filter(
    ({ step, change, entryName }) =>
      change !== null && step.outcome === 'planned' && !(step.change === 'add' && Object.hasOwn(records, entryName)),
  )
  if (planned.length === 0) return []
  const said = (['add', 'update', 'remove'] as const).flatMap((change) => {
    const names = planned.filter(({ step }) => step.change === change).map(({ entryName }) => entryName)
    return names.length === 0 ? [] : [`${list(names)} ${names.length === 1 ? 'is' : 'are'} ${words[change]}`]
  })
  return [{ level: 'error', subject: programName(facts, file), message: said.join(', '), ...bySync }]
}

/** What belongs into a file that can be read but not written. */
function withheld(facts: Facts, file: ClientFile, { refusal, withheld: entries = [] }: FilePlan): CheckResult[] {
  const names = entries.filter(({ step }) => step.change !== 'adopt').map(({ entryName }) => entryName)
  if (refusal === null || names.length === 0) return []
  const message = `${list(names)} ${names.length === 1 ? 'is' : 'are'} not up to date, and cannot be written: ${refusal.reason ?? ''}`
  return [
    {
      level: 'error',
      subject: programName(facts, file),
      message,
      fix: refusal.hint ?? undefined,
      environment: file.environment.id,
    },
  ]
}

/** Entries that a sync refuses to overwrite. The check entries-kept reports hand edits of ours. */
function inTheWay(facts: Facts, file: ClientFile, entries: readonly EntryStep[]): CheckResult[] {
  return entries
    .filter(({ step, record }) => step.kind === 'refuse' && record === null)
    .map(({ step, entryName }) => {
      const isTwice = file.entries.find((each) => each.name === entryName)?.duplicate === true
      return {
        level: 'error',
        subject: entryName,
        message: `${programName(facts, file)}: ${isTwice ? 'its entry appears twice' : 'an entry of that name exists and is not managed by mcp-twin'}`,
        detail: isTwice ? [] : (step.reason ?? '').split('\n').slice(1),
        fix: isTwice ? `take one of the two out of ${file.file}` : choiceFor(step),
        ...(isTwice ? {} : choicesFor(step)),
      }
    })
}

/** Servers that cannot be written now, once for each reason; other checks report missing keys and sides that cannot be reached. */
function blocked(facts: Facts): CheckResult[] {
  const keyless = new Set(facts.keys.missing.flatMap(({ servers }) => servers))
  const seen = new Set<string>()
  return facts.plan.blocked.flatMap((step): CheckResult[] => {
    const key = `${step.server} ${step.environment} ${step.reason}`
    if (seen.has(key) || (step.server !== null && keyless.has(step.server)) || /^no version of .* is pinned/.test(step.reason ?? ''))
      return []
    seen.add(key)
    const side = facts.sides.find(({ environment }) => environment.id === step.environment)?.environment
    if (side?.trouble !== undefined && side.trouble.reason === step.reason) return []
    const where = side === undefined ? '' : ` on ${environmentLabel(side)}`
    return [
      {
        level: 'error',
        subject: step.server ?? '',
        message: `it cannot be written${where}: ${step.reason ?? ''}`,
        fix: step.hint ?? undefined,
        environment: step.environment,
      },
    ]
  })
}

function ownCopies({ plan, sides }: Facts): CheckResult[] {
  return plan.self.map((step) => {
    const side = sides.find(({ environment }) => environment.id === step.environment)?.environment
    const message = `its copy of this program is missing or outdated${side === undefined ? '' : ` on ${environmentLabel(side)}`}`
    return { level: 'error', subject: 'mcp-twin', message, environment: step.environment, ...bySync }
  })
}

/** What other sides start by name is not what the manifest says: their entries look right, and start something else, or nothing. */
const launches = ({ plan }: Facts): CheckResult[] =>
  (plan.launchFiles ?? []).flatMap(({ side, file, step, isTold }): CheckResult[] => {
    if (isTold) return []
    const message = `${step.change === 'add' ? 'missing' : 'out of date'} on ${environmentLabel(side)}: ${step.reason ?? ''}`
    return [{ level: 'error', subject: step.server ?? 'launches.json', message, detail: [file], environment: side.id, ...bySync }]
  })

/** Every config says what the manifest wants: the plan of a sync has nothing to do. */
export const inSync = defineCheck({
  id: 'in-sync',
  group: 'servers',
  title: 'every config matches the manifest',
  run: (facts) => {
    if (!facts.manifest.exists) {
      const fix = makesManifest(facts)
      return [
        {
          level: 'warning',
          subject: 'manifest',
          message: noManifest(facts.manifest.shown),
          fix,
        },
      ]
    }
    const files = facts.files.flatMap((file) => {
      const plan = plannedFile(facts, file)
      if (plan === undefined) return []
      if (plan.plan.refusal !== null) return withheld(facts, file, plan.plan)
      const found = [...toWrite(facts, file, plan.plan.entries), ...inTheWay(facts, file, plan.plan.entries)]
      return found.map((each) => ({ environment: file.environment.id, ...each }))
    })
    return [...files, ...launches(facts), ...blocked(facts), ...ownCopies(facts)]
  },
})
