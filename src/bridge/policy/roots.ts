import { stat } from 'node:fs/promises'
import { join } from 'node:path'
import { Refusal } from '../base/refusal.ts'
import { canonical } from './canonical.ts'
import type { Policy } from './policy.ts'

/** What is wrong with the allowed folders, in sentences: one that is not there, is a file, or opens nothing. */
export async function rootTroubles(policy: Policy): Promise<string[]> {
  const troubles = await Promise.all(policy.rules.roots.map((root) => troubleOf(root, policy)))
  return troubles.filter((trouble) => trouble !== null)
}

async function troubleOf(root: string, policy: Policy): Promise<string | null> {
  const shown = JSON.stringify(root)
  try {
    const { real, missing } = await canonical(root)
    await policy.check(join(real, ...missing), 'read', root)
    const facts = await stat(root).catch(() => null)
    if (facts === null) return `The allowed folder ${shown} is not there: nothing is open there until it is made.`
    return facts.isDirectory() ? null : `The allowed folder ${shown} is a file: nothing but it is open there.`
  } catch (error) {
    if (error instanceof Refusal) return `The allowed folder ${shown} opens nothing: ${error.message}`
    return `The allowed folder ${shown} cannot be looked at.`
  }
}
