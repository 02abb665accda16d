import { localTime } from '../../core/local-time.ts'
import { defineCheck, type ClientFile, type Facts, type ProbeFacts } from '../../core/doctor/facts.ts'
import { byForce, bySync, choiceFor, choicesFor, isBrokenByHand, plannedFile, recordsOf } from '../../core/doctor/fix.ts'
import { entryName, list, programName } from '../../core/doctor/names.ts'
import { BRIDGE } from '../../core/manifest/new-name.ts'
import type { CheckResult } from '../../model/check.ts'

const isIn = (file: ClientFile, { environment, client, file: path }: ProbeFacts): boolean =>
  environment.id === file.environment.id && client.id === file.client.id && path === file.file

const putBack = (what: string): string => `to put ${what} back: ${byForce}`

function judge(facts: Facts, file: ClientFile): CheckResult[] {
  const planned = plannedFile(facts, file)
  const records = recordsOf(facts, file)
  if (planned === undefined || planned.plan.refusal !== null) return []
  const ours = planned.plan.entries.filter(({ entryName: name, step }) => Object.hasOwn(records, name) && step.server !== null)
  const gone = ours.filter(({ entryName: name, step }) => !planned.plan.present.has(name) && step.kind !== 'remove')
  const wiped = gone.filter(({ step }) => step.kind === 'write').map(({ entryName: name }) => name)
  const removed = gone.filter(({ step }) => step.kind === 'refuse')
  const edited = ours.filter(({ entryName: name, step }) => step.kind === 'refuse' && planned.plan.present.has(name))
  const found: CheckResult[] = []
  if (wiped.length > 0) {
    const message = `${list(wiped)} ${wiped.length === 1 ? 'has' : 'have'} disappeared from its config: the program dropped what we wrote`
    found.push({ level: 'error', subject: programName(facts, file), message, detail: stoppedWords(facts, file), ...bySync })
  }
  for (const { entryName: name, step } of removed) {
    // The bridge is no server of the manifest, so that a change of its entry cannot be taken into that.
    const remedy =
      step.server === BRIDGE
        ? { fix: byForce, choices: ['to remove it everywhere: "bridge": { "enabled": false } in the manifest', putBack('it')] }
        : { fix: 'mcp-twin sync --adopt', ...choicesFor(step) }
    found.push({
      level: 'warning',
      subject: entryName(facts, file, name),
      message: 'it was removed by hand since the last sync',
      ...remedy,
    })
  }
  for (const { entryName: name, step } of edited) {
    // The check of commands shows it, with the edit.
    if (isBrokenByHand(facts, file, name)) continue
    const isSilent = facts.probes?.some((probe) => probe.name === name && probe.tools === null && isIn(file, probe)) === true
    const remedy = isSilent ? { fix: byForce, choices: [putBack('ours')] } : { fix: choiceFor(step), ...choicesFor(step) }
    const message = `it was edited by hand since the last sync${isSilent ? ', and does not answer so' : ''}`
    const shown = (step.reason ?? '').split('\n').slice(1)
    found.push({ level: 'warning', subject: entryName(facts, file, name), message, detail: shown, ...remedy })
  }
  return found.map((each) => ({ environment: file.environment.id, ...each }))
}

/** The watcher restores entries only a few times an hour, so that two programs do not overwrite each other for ever. */
function stoppedWords(facts: Facts, file: ClientFile): string[] {
  const key = { environment: file.environment.id, client: file.client.id, file: file.file }
  const known = facts.watch?.files.find(
    (each) => each.environment === key.environment && each.client === key.client && each.file === key.file,
  )
  if (known === undefined || known.stopped === null) return []
  return [
    `sync --watch put them back ${known.restored.length} times within an hour and has not restored them since ${localTime(known.stopped)}`,
  ]
}

/** Some programs rewrite their config and drop entries that they did not make; and people edit theirs. */
export const entriesKept = defineCheck({
  id: 'entries-kept',
  group: 'servers',
  title: 'every entry that was written is unchanged',
  run: (facts) => facts.files.flatMap((file) => judge(facts, file)),
})
