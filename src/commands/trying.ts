import { count } from '../core/count.ts'
import { clients } from '../catalog/clients/index.ts'
import { lastWords } from '../core/doctor/probes.ts'
import type { Context } from '../context.ts'
import { BRIDGE } from '../core/manifest/new-name.ts'
import type { ServerCheck, Checked } from '../effects/sync/checks.ts'
import type { SyncOptions } from '../effects/sync/options.ts'
import type { SyncResult } from '../effects/sync/result.ts'
import { EXIT, type ExitCode, TwinError } from '../errors.ts'
import type { World } from '../model/environment.ts'
import { visible } from '../ui/escape.ts'
import { labelsFor } from '../ui/labels.ts'
import type { Labels } from '../ui/steps.ts'
import { columns, cutText, pad, wrap } from '../ui/width.ts'
import type { HomeContext } from './at-home.ts'

const CANCELLED = 'Cancelled while checking that every server answers; everything else is done. To check them: mcp-twin doctor --deep.'

/** How the servers answered whose entries a command has changed. */
export interface Tried {
  readonly checks: readonly ServerCheck[]
  /** What was left out, and why. */
  readonly notices: readonly string[]
  /** Servers that a person can log in to, and has not. */
  readonly logins: readonly string[]
  /** Servers that did not answer. */
  readonly silent: readonly string[]
  /** The same for a person, one line a server and side. */
  readonly lines: readonly string[]
  /** The exit code with what did not answer. `about`: only these servers count. Throws where the person broke it off. */
  exit(code: ExitCode, about?: ReadonlySet<string>): ExitCode
}

/**
 * Tries each server whose entry changed, for every command that ends in a sync. Nothing is tried with `--no-try`, with
 * `--offline`, or where nothing was written.
 */
export async function tryServers(
  context: Context,
  homeContext: HomeContext,
  result: SyncResult,
  settings: SyncOptions,
  options: { readonly try?: boolean },
): Promise<Tried> {
  if (options.try === false || settings.offline || result.run === null)
    return triedAs(context, homeContext.world, { checks: [], untried: [] })
  const { tryChanged } = await import('../effects/sync/trying.ts')
  const progress = context.io.progress('Checking that what changed answers')
  try {
    const told = (left: number): void => progress.update(left === 0 ? '' : `${left} to go`)
    return triedAs(context, homeContext.world, await tryChanged(context.system, await homeContext.open(), result.steps, settings, told))
  } finally {
    progress.done()
  }
}

/** What was tried, in words and as an exit code. */
export function triedAs({ io, signal }: Context, world: World, { checks, untried }: Checked): Tried {
  const labels = labelsFor(world, clients)
  const isCancelled = signal.aborted
  const notices = untried.map(({ server, environment, client, reason, hint }) => {
    const place = `${labels.client(client)}, ${labels.environment(environment)}`
    return `${server} (${place}) was not tried: ${reason}${hint === null ? '' : ` → ${hint}`}`
  })
  return {
    checks: isCancelled ? [] : checks,
    silent: isCancelled ? [] : [...new Set(checks.flatMap(({ ok, server }) => (ok ? [] : [server])))],
    notices: [...new Set(notices)],
    logins: [...new Set(untried.flatMap(({ login, server }) => (login === true ? [server] : [])))],
    lines: isCancelled ? [] : describeChecks(checks, labels, io.paint, io.width),
    exit(code, about) {
      if (isCancelled) throw new TwinError('cancelled', CANCELLED, { exit: EXIT.cancelled, hint: 'mcp-twin doctor --deep' })
      const isSilent = checks.some(({ ok, server }) => !ok && (about === undefined || about.has(server)))
      // Whoever adds a server that needs a login is not done yet.
      const needsLogin = about !== undefined && untried.some(({ login, server }) => login === true && about.has(server))
      return code === EXIT.ok && (isSilent || needsLogin) ? EXIT.attention : code
    },
  }
}

const seconds = (ms: number): string => `${(ms / 1000).toFixed(1)} s`

/** One line a server and side: how long it took to answer and how many tools it has, or why it did not. */
export function describeChecks(all: readonly ServerCheck[], labels: Labels, paint: Context['io']['paint'], width: number): string[] {
  if (all.length === 0) return []
  const checks = onePerReason(onePerSide(all))
  const [names, sides] = [checks.map((check) => visible(check.server)), checks.map((check) => labels.environment(check.environment))]
  const [first, second] = [Math.max(...names.map(columns)), Math.max(...sides.map(columns))]
  const indent = first + second + 8
  const rows = checks.flatMap((check, at) => {
    const words = check.ok
      ? `answers, ${count(check.tools ?? 0, 'tool')} (${seconds(check.ms)})`
      : `${check.same === undefined ? 'does' : 'do'} not answer: ${visible(check.reason ?? '')}${check.same === undefined ? '' : ` (${check.same.map(visible).join(', ')})`}`
    const said = wrap(words, Math.max(30, width - indent))
    const head = `  ${check.ok ? paint.good('✓') : paint.bad('✗')} ${pad(names[at] ?? '', first)}  ${pad(sides[at] ?? '', second)}  `
    const last = check.stderr === null ? [] : lastWords(check.stderr)
    return [
      `${head}${said[0] ?? ''}`,
      ...said.slice(1).map((line) => `${' '.repeat(indent)}${line}`),
      ...last.map((line) => `      ${paint.dim(cutText(visible(line), width - 6))}`),
    ]
  })
  const silent = new Set(all.filter((check) => !check.ok).map((check) => check.server))
  if (silent.size === 0) return [paint.strong('Checked'), ...rows]
  const [one = 'NAME'] = silent
  const way = silent.size === 1 ? visible(one) : 'NAME'
  // The bridge is no server of the manifest, so there is nothing to disable.
  const off = silent.size === 1 && one === BRIDGE ? '' : `; to disable ${silent.size === 1 ? 'it' : 'one'}: mcp-twin disable ${way}`
  return [paint.strong('Checked'), ...rows, `      ${paint.dim('→')} to see more: mcp-twin doctor --deep${off}`]
}

/** Servers that fail on a side in the same way are one line: `same` has their names. */
function onePerReason(checks: readonly ServerCheck[]): (ServerCheck & { readonly same?: readonly string[] })[] {
  const lines = new Map<string, ServerCheck[]>()
  for (const check of checks) {
    const key = JSON.stringify(check.ok ? [check.server, check.environment, check.tools] : [check.environment, check.reason, check.stderr])
    lines.set(key, [...(lines.get(key) ?? []), check])
  }
  return [...lines.values()].flatMap((same) => {
    const [first] = same
    if (first === undefined || first.ok || same.length === 1) return same
    const names = [...new Set(same.map(({ server }) => server))]
    return [{ ...first, server: `${names.length} servers`, same: names }]
  })
}

/** The bridge is started once for each program of a side: equal results are one line, with the longest time. */
function onePerSide(checks: readonly ServerCheck[]): ServerCheck[] {
  const lines = new Map<string, ServerCheck>()
  for (const check of checks) {
    const same = JSON.stringify([check.server, check.environment, check.ok, check.tools, check.reason])
    const other = lines.get(same)
    lines.set(same, other === undefined || other.ms < check.ms ? check : other)
  }
  return [...lines.values()]
}
