import type { System } from '../../model/system.ts'
import type { Decide, RewriteOutcome, RewriteTarget } from './decision.ts'
import { digestOf } from './digest.ts'

/** What `rewriteFile` would do with a file as it is now; nothing is locked or written. */
export async function previewRewrite(system: System, { here }: RewriteTarget, decide: Decide): Promise<RewriteOutcome> {
  const bytes = await system.files.read(here)
  const decision = await decide(bytes, (await system.files.look(here))?.mode ?? null)
  const before = digestOf(bytes)
  const same = { before, after: before, notices: [] }
  if (decision.kind === 'refuse') {
    const { kind: _, ...why } = decision
    return { ...same, ...why, kind: 'refused' }
  }
  if (decision.kind === 'nothing') return { ...same, kind: 'unchanged' }
  const after = decision.kind === 'remove' ? null : digestOf(decision.bytes)
  return { ...same, after, kind: after === before ? 'unchanged' : 'written' }
}
