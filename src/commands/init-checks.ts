import type { Context } from '../context.ts'
import { BRIDGE } from '../core/manifest/new-name.ts'
import type { Check } from '../effects/sync/checks.ts'
import { visible } from '../ui/escape.ts'
import type { Labels } from '../ui/steps.ts'
import { columns, cutText, pad, wrap } from '../ui/width.ts'

const seconds = (ms: number): string => `${(ms / 1000).toFixed(1)} s`

/** Lines of what a server that does not answer wrote last. */
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

/** The bridge is started once for each program of a side: those that say the same are one line, with the longest time. */
function onePerSide(checks: readonly Check[]): Check[] {
  const lines = new Map<string, Check>()
  for (const check of checks) {
    const same = JSON.stringify([check.server, check.environment, check.ok, check.tools, check.reason])
    const other = lines.get(same)
    lines.set(same, other === undefined || other.ms < check.ms ? check : other)
  }
  return [...lines.values()]
}
