import { type ClientScopes, defineCheck, type Facts, type ManagedPolicy } from '../../core/doctor/facts.ts'
import { list, programName, quoted } from '../../core/doctor/names.ts'
import type { CheckResult } from '../../model/check.ts'

/** Names of the servers that we want in that client's own files on its side. */
const oursOf = ({ plan }: Facts, { client, environment }: ClientScopes): string[] =>
  plan.files
    .filter(({ observed }) => observed.client.id === client.id && observed.environment.id === environment.id)
    .flatMap(({ desired }) => desired.wanted.map(({ name }) => name))

/** A policy that keeps some of our servers from starting; its own managed ones aside. */
function byPolicy(subject: string, { file, allowed, denied, onlyManaged }: ManagedPolicy, ours: readonly string[]): CheckResult[] {
  const refused = ours.filter((name) => denied.includes(name) || (allowed !== null && !allowed.includes(name)))
  const held = onlyManaged ? ours : refused
  if (held.length === 0) return []
  const message = onlyManaged
    ? 'a policy of this computer allows managed servers only'
    : `a policy of this computer does not allow ${list(held)}`
  return [{ level: 'error', subject, message, detail: [file], fix: `an administrator of this computer can allow them in ${file}` }]
}

function judge(facts: Facts, scopes: ClientScopes): CheckResult[] {
  const { client, environment, managed, policies } = scopes
  const file = facts.files.find((each) => each.client.id === client.id && each.environment.id === environment.id)
  if (file === undefined) return []
  const subject = programName(facts, file)
  const ours = oursOf(facts, scopes)
  const hidden = ours.filter((name) => managed?.names === null || managed?.names.includes(name) === false)
  const found = policies.flatMap((policy) => byPolicy(subject, policy, ours))
  if (managed === null) return found
  const what =
    managed.names === null
      ? 'a managed configuration that cannot be read'
      : `a managed configuration with ${managed.names.length === 0 ? 'no server' : list(managed.names)}`
  const message = `${what} hides every server that is not in it${hidden.length === 0 ? '' : `: ${list(hidden)}`}`
  const level = hidden.length > 0 || ours.length === 0 ? 'error' : 'info'
  const away = `sudo mv ${quoted(managed.here)} ${quoted(`${managed.here}.off`)}`
  const fix = facts.shell === 'windows' ? `ask an administrator of this computer, or as one: ren "${managed.file}" managed-mcp.off` : away
  return [...found, { level, subject, message, detail: [managed.file], fix: level === 'info' ? undefined : fix }]
}

/** An administrator's file in Claude Code's system folder makes user, local and project servers vanish (code.claude.com/docs/en/managed-mcp). */
export const claudeCodeManaged = defineCheck({
  id: 'claude-code-managed',
  group: 'programs',
  title: 'no managed configuration hides your servers',
  run: (facts) => facts.scopes.flatMap((each) => judge(facts, each).map((found) => ({ environment: each.environment.id, ...found }))),
})
