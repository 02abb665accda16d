import { clientById, clients } from '../catalog/clients/index.ts'
import type { Context } from '../context.ts'
import type { SyncResult } from '../effects/sync/result.ts'
import type { World } from '../model/environment.ts'
import { visible } from '../ui/escape.ts'
import { labelsFor } from '../ui/labels.ts'
import { describeSteps } from '../ui/steps.ts'

export interface ReportOptions {
  readonly command: string
  /** Nothing was done: `--check` or `--dry-run`. */
  readonly preview: boolean
  /** Further fields of the JSON document. */
  readonly more?: Record<string, unknown>
}

const count = (number: number, one: string, many = `${one}s`): string => `${number} ${number === 1 ? one : many}`

/** Prints what a sync did or would do: steps by file, notices, what to restart, and the sum as the last line. */
export function reportSync(context: Context, world: World, result: SyncResult, options: ReportOptions): void {
  const { io } = context
  io.json({ command: options.command, ...result, ...options.more })
  if (io.asJson) return
  const labels = labelsFor(world, clients)
  for (const line of describeSteps(result.steps, labels, io.paint, io.width)) io.out(line)
  for (const notice of result.notices) io.out(`${io.paint.warn('!')} ${visible(notice)}`)
  if (result.unmanaged.length > 0) {
    const listed = [...new Set(result.unmanaged.map((each) => visible(each.server)))].join(', ')
    io.out(`${io.paint.dim('?')} in no manifest, left alone: ${listed}`)
    io.out(`  ${io.paint.dim('→')} mcp-twin sync --adopt takes them in`)
  }
  for (const line of restartLines(world, result, labels)) io.out(line)
  io.out(sum(result, options))
  if (result.run !== null && result.changed) io.note(io.paint.dim('Not what you wanted? mcp-twin undo'))
}

function restartLines(world: World, result: SyncResult, labels: ReturnType<typeof labelsFor>): string[] {
  return result.restart.map((id) => {
    const client = clientById(id)
    const running = world.environments.some((side) =>
      client?.processes?.some((name) => side.running.some((seen) => seen.toLowerCase() === name.toLowerCase())),
    )
    return `${labels.client(id)}${running && id === 'claude-desktop' ? ' is running and may write its own copy back' : ''}: ${client?.restart ?? 'start it again'}`
  })
}

function sum(result: SyncResult, { preview }: ReportOptions): string {
  const of = (outcome: string) => result.steps.filter((step) => step.outcome === outcome && step.kind !== 'install').length
  const parts: string[] = []
  const planned = result.steps.filter((step) => step.outcome === 'planned')
  if (preview && planned.length > 0) parts.push(`${count(planned.length, 'step')} to do`)
  if (of('done') > 0) parts.push(`${count(of('done'), 'entry', 'entries')} written`)
  if (of('refused') + of('skipped') > 0) parts.push(`${of('refused') + of('skipped')} left alone`)
  const failed = result.steps.filter((step) => step.outcome === 'failed').length
  if (failed > 0) parts.push(`${failed} failed`)
  if (parts.length === 0) return 'Everything is in sync; nothing to do.'
  return `${parts.join(', ')}${preview ? '; nothing was changed' : ''}.`
}
