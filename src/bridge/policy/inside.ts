import { existsSync, readdirSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { codeOf } from '../base/refusal.ts'
import { closedList } from './lists/index.ts'
import { NameTree, namesOf } from './names.ts'
import type { Policy } from './policy.ts'
import { within } from './region.ts'

export interface Closed {
  readonly path: string
  /** Nothing in it is open again. */
  readonly whole: boolean
}

/**
 * The closed things in a folder that need no walk: those closed by their place, and the folder's own entries with closed names.
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

/** The paths that exist and fit one in whose last name `*` may stand for a part of it. */
export function existing(path: string): string[] {
  if (!path.includes('*')) return existsSync(path) ? [path] : []
  const folder = dirname(path)
  const fitting = new NameTree(() => [basename(path)])
  try {
    return readdirSync(folder).flatMap((name) => (fitting.match(namesOf(name), 0) === 'in' ? [join(folder, name)] : []))
  } catch (error) {
    if (codeOf(error) === '') throw error
    return []
  }
}
