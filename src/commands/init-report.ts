import type { Context } from '../context.ts'
import { BRIDGE } from '../core/manifest/new-name.ts'
import { environmentLabel } from '../core/participants.ts'
import { readClientFile } from '../core/plan/file.ts'
import type { PlanInput } from '../core/plan/plan.ts'
import { runningPrograms } from '../effects/machine/running.ts'
import type { Situation } from '../effects/manifest/open.ts'
import type { Check } from '../effects/sync/checks.ts'
import { visible } from '../ui/escape.ts'
import { describeMachine, type FoundClient } from '../ui/found.ts'
import type { Labels } from '../ui/steps.ts'
import { columns, cutText, pad, wrap } from '../ui/width.ts'

/** Shows both sides as they were found. */
export async function showMachine(context: Context, situation: Situation, input: PlanInput): Promise<void> {
  const { io, system, signal } = context
  const running = new Map<string, readonly string[]>()
  for (const side of situation.sides) running.set(side.id, (await runningPrograms(system, situation.world, side, signal)) ?? [])
  const found = input.files
    .filter((file) => file.unused !== true)
    .map((file): FoundClient => {
      const read = file.refusal === undefined && file.bytes !== null ? readClientFile(file.client, file.bytes) : null
      const names = (running.get(file.environment.id) ?? []).map((name) => name.toLowerCase())
      return {
        environment: file.environment.id,
        label: file.client.label,
        file: file.file,
        servers: read?.ok ? read.document.entries().length : null,
        running: file.client.processes?.some((name) => names.includes(name.toLowerCase())) ?? false,
        trouble: file.refusal?.reason ?? (read !== null && !read.ok ? 'cannot be read' : null),
      }
    })
  const label = (id: string): string => environmentLabel(situation.sides.find((each) => each.id === id) ?? situation.self)
  for (const line of describeMachine(situation.sides, found, situation.home.environment.id, label, io.paint, io.width)) io.out(line)
  io.out()
}

const seconds = (ms: number): string => `${(ms / 1000).toFixed(1)} s`

/** How many of its last lines are shown for a server that does not answer. */
const LINES = 4

/** One line a server and side: how long it took to answer and how many tools it has, or why it did not. */
export function describeChecks(all: readonly Check[], labels: Labels, paint: Context['io']['paint'], width: number): string[] {
  if (all.length === 0) return []
  const checks = onePerSide(all)
  const [names, sides] = [checks.map((check) => visible(check.server)), checks.map((check) => labels.environment(check.environment))]
  const [first, second] = [Math.max(...names.map(columns)), Math.max(...sides.map(columns))]
  const indent = first + second + 8
  const rows = checks.flatMap((check, at) => {
    const words = check.ok
      ? `answers in ${seconds(check.ms)}, ${check.tools} ${check.tools === 1 ? 'tool' : 'tools'}`
      : `does not answer: ${visible(check.reason ?? '')}`
    const said = wrap(words, Math.max(30, width - indent))
    const head = `  ${check.ok ? paint.good('✓') : paint.bad('✗')} ${pad(names[at] ?? '', first)}  ${pad(sides[at] ?? '', second)}  `
    const last = check.stderr === null ? [] : check.stderr.trimEnd().split('\n').slice(-LINES)
    return [
      `${head}${said[0] ?? ''}`,
      ...said.slice(1).map((line) => `${' '.repeat(indent)}${line}`),
      ...last.map((line) => `      ${paint.dim(cutText(visible(line), width - 6))}`),
    ]
  })
  const silent = new Set(checks.filter((check) => !check.ok).map((check) => check.server))
  if (silent.size === 0) return [paint.strong('Checked'), ...rows]
  const [one = 'NAME'] = silent
  const way = silent.size === 1 ? visible(one) : 'NAME'
  // The bridge is no server of the manifest, so there is nothing to disable.
  const off = silent.size === 1 && one === BRIDGE ? '' : `; mcp-twin disable ${way} disables ${silent.size === 1 ? 'it' : 'one'}`
  return [paint.strong('Checked'), ...rows, `      ${paint.dim('→')} mcp-twin doctor --deep shows more${off}`]
}

/** The bridge is started once for each program of a side: equal results are one line, with the longest time. */
function onePerSide(checks: readonly Check[]): Check[] {
  const lines = new Map<string, Check>()
  for (const check of checks) {
    const same = JSON.stringify([check.server, check.environment, check.ok, check.tools, check.reason])
    const other = lines.get(same)
    lines.set(same, other === undefined || other.ms < check.ms ? check : other)
  }
  return [...lines.values()]
}
