import { onRequest } from '../../core/doctor/bridge.ts'
import { defineCheck, type Facts, type ProbeFacts } from '../../core/doctor/facts.ts'
import { count } from '../../core/count.ts'
import { isMissingFor } from '../../core/doctor/fix.ts'
import { programName } from '../../core/doctor/names.ts'
import { alike } from '../../core/doctor/unstarted.ts'
import type { CheckResult } from '../../model/check.ts'

const seconds = (ms: number): string => `${(ms / 1000).toFixed(1)} s`

/** Where nothing else is wrong with it, a server that does not start is best switched off until its author has fixed it. */
export const switchOff = ({ server, name, file, reason }: ProbeFacts): string =>
  server !== null && reason?.includes('needs a login') === true
    ? `mcp-twin login ${server}`
    : server !== null && /cannot be found \((?:ENOTFOUND|EAI_AGAIN)\)/.test(reason ?? '')
      ? `check "url" of ${server} in the manifest, and the network`
      : server === null
        ? `fix it, or take "${name}" out of ${file}`
        : `mcp-twin disable ${server}`

/** Its entry names it, and what that side knows under the name is not what the manifest says. */
const isStale = ({ plan }: Pick<Facts, 'plan'>, { server }: ProbeFacts): boolean =>
  server !== null && (plan.launchFiles ?? []).some(({ servers }) => servers.includes(server))

/** Its entry is ours, and was edited by hand since. */
const isEdited = ({ plan }: Pick<Facts, 'plan'>, { environment, client, file, name }: ProbeFacts): boolean =>
  plan.files.some(
    ({ plan: each }) =>
      each.environment === environment.id &&
      each.client === client.id &&
      each.file === file &&
      each.entries.some(({ entryName, step, record }) => entryName === name && step.kind === 'refuse' && record !== null),
  )

const fixOf = (facts: Facts, probe: ProbeFacts): string =>
  isStale(facts, probe) ? 'mcp-twin sync' : isEdited(facts, probe) ? 'mcp-twin sync --force' : switchOff(probe)

/** One finding for each server that answers in a program, and for each failure of a server, whichever programs have it. */
const judge = (facts: Facts, probes: readonly ProbeFacts[]): CheckResult[] =>
  alike(facts, probes, (probe, at) => (probe.tools === null ? [probe.reason, fixOf(facts, probe)] : at)).map(({ probe, where, side }) => {
    // As `list` names it; an entry of ours may be spelled another way in its file.
    const { tools, reason, stderr: detail, ms } = probe
    const subject = probe.server ?? probe.name
    if (tools !== null)
      return { level: 'ok', subject, message: `${programName(facts, probe)}: ${seconds(ms)}, ${count(tools.length, 'tool')}`, ...side }
    const message = `${where}, it does not answer: ${reason ?? ''}`
    return { level: 'error', subject, message, detail, ...side, fix: fixOf(facts, probe) }
  })

/** Reports each server that was not started as skipped, so that it does not look healthy. */
const skipped = (facts: Facts): CheckResult[] =>
  (facts.unstarted ?? []).map(({ environment, entry, reason, fix }) => ({
    level: 'skipped',
    subject: entry?.name ?? 'starting every server',
    message: entry === null ? reason : `${programName(facts, { environment, client: entry.client })}: not started, since ${reason}`,
    environment: environment.id,
    fix,
  }))

/** Entries of a project that start through us and would be refused, which is known without starting any. */
const untrusted = ({ unstarted = [] }: Facts): CheckResult[] =>
  unstarted.map(({ environment, reason, fix }) => ({
    level: 'warning',
    subject: 'servers with keys',
    message: `they do not start in any program, since ${reason}`,
    environment: environment.id,
    fix,
  }))

/** Every entry of every program, started exactly as the program does: a handshake, and its list of tools. */
export const serverStarts = defineCheck({
  id: 'server-starts',
  group: 'servers',
  title: 'every server starts',
  run: (facts) =>
    facts.files.every(({ entries }) => entries.length === 0) && (facts.unstarted ?? []).length === 0
      ? [{ level: 'ok', subject: 'no program has a server to start', message: '' }]
      : facts.probes === null
        ? [...onRequest('starting every server'), ...untrusted(facts)]
        : [
            ...judge(
              facts,
              facts.probes
                // The bridge has a check of its own.
                .filter(({ bridge }) => bridge === undefined)
                // The check of commands has said so, and why.
                .filter((probe) => probe.tools !== null || !isMissingFor(facts, probe))
                .sort((a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0)),
            ),
            ...skipped(facts),
          ],
})
