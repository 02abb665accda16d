import type { Autofix, CheckResult, Finding } from '../../model/check.ts'
import type { EntryStep, Step } from '../../model/plan.ts'
import type { FileState } from '../../model/state.ts'
import type { PlannedFile } from '../plan/plan.ts'
import { recordOf } from '../plan/records.ts'
import type { ClientFile, DoctorEntry, Facts, ProbeFacts } from './facts.ts'

type Remedy = Pick<CheckResult, 'fix' | 'autofix' | 'choices'>

/** A sync without any flag fixes it, and doing so is safe. */
export const bySync: { readonly fix: string; readonly autofix: Autofix } = { fix: 'mcp-twin sync', autofix: { kind: 'sync' } }

/** The command that makes the manifest which a look did not find. */
export const makesManifest = ({ manifest }: Pick<Facts, 'manifest'>): string =>
  manifest.project === null ? 'mcp-twin init' : 'mcp-twin init --project'

const needsManifest = /^mcp-twin (sync|disable|enable|update|rename|remove)\b/

/** The findings with remedies that work: without a manifest every command that needs one is refused. */
export function withUsableRemedies(facts: Pick<Facts, 'manifest'>, findings: readonly Finding[]): Finding[] {
  if (facts.manifest.exists) return [...findings]
  return findings.map(({ autofix, choices, ...finding }) => {
    if (finding.fix === undefined || !needsManifest.test(finding.fix))
      return { ...finding, ...(autofix !== undefined && { autofix }), ...(choices !== undefined && { choices }) }
    return { ...finding, fix: makesManifest(facts) }
  })
}

/** What the plan has for a file. */
export const plannedFile = ({ plan }: Pick<Facts, 'plan'>, { environment, client, file }: ClientFile): PlannedFile | undefined =>
  plan.files.find(({ plan: each }) => each.environment === environment.id && each.client === client.id && each.file === file)

/** What the plan has for one entry of a file; null: it leaves the entry as it is. */
export const plannedEntry = (facts: Pick<Facts, 'plan'>, file: ClientFile, name: string): EntryStep | null =>
  plannedFile(facts, file)?.plan.entries.find((each) => each.entryName === name) ?? null

/** Our records of a file: entry → what we wrote. */
export const recordsOf = ({ input }: Pick<Facts, 'input'>, { environment, client, file }: ClientFile): FileState['entries'] =>
  recordOf(input.state, { environment: environment.id, client: client.id, file }).entries

/** What a refused entry's hint offers first: `--adopt` where its edit can be taken into the manifest, else `--force`, else words. */
export const choiceFor = ({ hint }: Step): string => /^to [^:;]*: (mcp-twin sync --\w+)/.exec(hint ?? '')?.[1] ?? hint ?? bySync.fix

/** The ways on from a refused entry as its hint words them; none where it names no command. */
export const choicesFor = ({ hint }: Step): Pick<CheckResult, 'choices'> =>
  hint?.includes('mcp-twin sync --') === true ? { choices: hint.split('; ') } : {}

/** Puts ours in the place of a hand edit. */
export const byForce = 'mcp-twin sync --force'

/** How an entry of ours that is not as it should be gets right again: by a plain sync where the plan says so, else by a choice. */
export function remedyFor(facts: Pick<Facts, 'plan'>, file: ClientFile, name: string): Remedy | null {
  const planned = plannedEntry(facts, file, name)
  if (planned === null || planned.step.change === 'adopt') return null
  return planned.step.kind === 'refuse' ? { fix: choiceFor(planned.step), ...choicesFor(planned.step) } : bySync
}

/** What an entry starts and what is not there. An install that is planned brings the rest; the check server-installed reports that. */
export function missingOf({ plan }: Pick<Facts, 'plan'>, { server, neutral, runs, missing }: DoctorEntry): DoctorEntry['missing'] {
  const isComing = server !== null && plan.installs.some(({ environment, step }) => environment === runs.id && step.server === server)
  return missing.filter(({ what }) => !(isComing && (what === 'script' || neutral?.pypi !== undefined)))
}

/** What a hand edit changed in an entry, as its refusal shows it. */
export const changesOf = (facts: Pick<Facts, 'plan'>, file: ClientFile, name: string): string[] =>
  (plannedEntry(facts, file, name)?.step.reason ?? '').split('\n').slice(1)

/** What the entry starts that was probed is not there, so that it could not answer. */
export const isMissingFor = (facts: Pick<Facts, 'plan' | 'files'>, { environment, client, file, name }: ProbeFacts): boolean =>
  facts.files
    .filter((each) => each.environment.id === environment.id && each.client.id === client.id && each.file === file)
    .some(({ entries }) => entries.some((each) => each.name === name && !each.disabled && missingOf(facts, each).length > 0))

/**
 * A person changed what an entry of ours starts, and it is not there: the edit must not be taken into the manifest, from where it would
 * reach every program.
 */
export function isBrokenByHand(facts: Pick<Facts, 'plan'>, file: ClientFile, name: string): boolean {
  const planned = plannedEntry(facts, file, name)
  if (planned === null || planned.step.kind !== 'refuse' || planned.record === null) return false
  if (planned.step.fields?.some(({ field }) => field === 'command' || field === 'args') !== true) return false
  return file.entries.some((each) => each.name === name && !each.disabled && missingOf(facts, each).length > 0)
}
