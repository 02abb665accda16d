import type { Context } from '../context.ts'
import type { Check } from '../effects/sync/checks.ts'
import { visible } from '../ui/escape.ts'
import type { Labels } from '../ui/steps.ts'
import { align } from '../ui/width.ts'

const seconds = (ms: number): string => `${(ms / 1000).toFixed(1)} s`

/** One line a server and side: how long it took to answer and how many tools it has, or why it did not. */
export function describeChecks(checks: readonly Check[], labels: Labels, paint: Context['io']['paint']): string[] {
  if (checks.length === 0) return []
  const rows = checks.map((check) => [
    `  ${check.ok ? paint.good('✓') : paint.bad('✗')} ${visible(check.server)}`,
    labels.environment(check.environment),
    check.ok
      ? `answers in ${seconds(check.ms)}, ${check.tools} ${check.tools === 1 ? 'tool' : 'tools'}`
      : `does not answer: ${visible(check.reason ?? '')}`,
  ])
  const lines = align(rows)
  return [
    paint.strong('Checked'),
    ...checks.flatMap((check, at) => [
      lines[at] ?? '',
      ...(check.stderr === null
        ? []
        : check.stderr
            .split('\n')
            .slice(-4)
            .map((line) => `      ${paint.dim(visible(line))}`)),
    ]),
  ]
}
