import { basename, isAbsolute, join } from 'node:path'
import { alike } from '../../core/nearest.ts'
import { Refusal } from '../base/refusal.ts'
import type { Policy } from '../policy/policy.ts'
import { list } from './list.ts'

/** How deep it is looked for a file of the same name, and how many files are named. */
const [depth, named] = [3, 3]

/** The end of a refusal of a file that is not there: open files that were perhaps meant. Nothing that is closed is named. */
export async function likely(policy: Policy, path: string): Promise<string> {
  const found = [...(await inRoots(policy, path)), ...(await beside(policy, path))]
  const names = [...new Set(found)].slice(0, named)
  return names.length === 0 ? '' : ` Perhaps ${names.map((name) => JSON.stringify(name)).join(', ')}.`
}

/** A relative path begins in the first root; it may be meant for another one. */
async function inRoots(policy: Policy, path: string): Promise<string[]> {
  if (isAbsolute(path) || /^(?:~|[A-Za-z]:|[\\/])/.test(path)) return []
  const { open } = await policy.region()
  const tried = await Promise.all(open.map((root) => policy.existing(join(root, path), 'read').catch(unlessRefused)))
  return tried.flatMap((found) => (found === null ? [] : [found.real]))
}

/** Files of that name, or one like it, in the nearest folder above that is there. */
async function beside(policy: Policy, path: string): Promise<string[]> {
  const found = await policy.admit(path, 'read').catch(unlessRefused)
  const listed = found === null || found.exists ? null : await list(policy, found.base, depth).catch(unlessRefused)
  if (found === null || listed === null) return []
  const wanted = found.name.toLowerCase()
  const same = listed.entries.filter((entry) => basename(entry.path).toLowerCase() === wanted)
  const names = listed.entries.flatMap((entry) => (entry.path.includes('/') ? [] : [entry.path]))
  const near = alike(found.missing.length === 1 ? found.name : (found.missing[0] ?? ''), names)
  return [...same.map((entry) => entry.path), ...near].map((name) => join(listed.real, name))
}

function unlessRefused(error: unknown): null {
  if (error instanceof Refusal) return null
  throw error
}
