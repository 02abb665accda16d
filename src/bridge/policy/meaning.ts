import { denied } from '../base/refusal.ts'
import { autorunBelow } from './autorun.ts'
import { closedBelow } from './closed.ts'
import { existing } from './inside.ts'
import type { Admitted, Policy } from './policy.ts'
import { holdsOne, within } from './region.ts'

/**
 * Refuses to remove or make a folder whose name gives its content a meaning: it holds something closed, something that runs
 * later, or an allowed folder. `there`: of the names with a meaning only existing files count.
 */
export async function checkWhole(policy: Policy, real: string, what: string, there = false): Promise<void> {
  const { ruling, region } = await policy.current()
  const fold = await policy.fold()
  const holds = (placed: readonly string[], named: readonly string[]): boolean =>
    holdsOne(real, placed, fold) || (there ? named.some((path) => existing(path).length > 0) : named.length > 0)
  if (holds(region.closed, closedBelow(real, ruling.homes)))
    throw denied(`${what} is not possible for ${real}: something closed lies in it, or would.`)
  if (region.open.some((root) => fold(root) === fold(real)))
    throw denied(`${what} is not possible for ${real}: it is one of the allowed folders itself.`)
  if (region.open.some((root) => within(root, real, fold)))
    throw denied(`${what} is not possible for ${real}: an allowed folder lies in it.`)
  if (holds(region.autorun, autorunBelow(real, ruling.homes)) && !ruling.isAllowed(real))
    throw denied(
      `${what} is not possible for ${real}: something that programs run by themselves lies in it, or would. A person can open it by naming it in bridge.allow in the manifest.`,
    )
}

/** A link could stand in for something that its folder holds, or give what it leads to a meaning by its own name. */
export async function checkLink(policy: Policy, { folder, real }: Pick<Admitted, 'folder' | 'real'>): Promise<void> {
  const { ruling, region } = await policy.current()
  const named = [folder, real].flatMap((path) => [...closedBelow(path, ruling.homes), ...autorunBelow(path, ruling.homes)])
  if (named.length > 0 || holdsOne(folder, [...region.closed, ...region.autorun], await policy.fold()))
    throw denied(`A link is not moved to ${real}, since something closed, or run by programs, lies there or would.`)
}
