import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { existing } from './existing.ts'
import { closedList } from './lists/index.ts'
import type { Policy } from './policy.ts'
import { within } from './region.ts'

export interface Closed {
  readonly path: string
  /** Nothing in it is open again. */
  readonly whole: boolean
}

/**
 * Closed things that are known to be in a folder, without a walk through it: those that are closed by their place, and what
 * the folder itself has of those that are closed by their name.
 */
export async function closedInside(policy: Policy, folder: string): Promise<Closed[]> {
  const [region, fold] = [await policy.region(), await policy.fold()]
  const named = closedList.folders.flatMap((name) => existing(join(folder, name)))
  const placed = region.closed.filter((path) => path !== folder && within(path, folder, fold) && existsSync(path))
  return [...new Set([...placed, ...named])].map((path) => ({
    path,
    whole: !region.reopened.some((each) => within(each, path, fold)),
  }))
}
