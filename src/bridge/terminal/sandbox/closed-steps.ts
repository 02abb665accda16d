import { lstatSync, readdirSync, realpathSync } from 'node:fs'
import { join } from 'node:path'
import { limits } from '../../base/limits.ts'
import { codeOf } from '../../base/refusal.ts'
import type { Step } from './steps.ts'

/** Gives a file that can be shown in a file's place. */
export interface StandIns {
  for(facts: { readonly size: number; readonly mtimeMs: number }): string
}

/**
 * Hides what is closed. A file keeps its size and time, by which git takes it for unchanged. `named`: so do the names in
 * a folder, since git would take a file that is not there for a deleted one, and commit that.
 */
export function closedSteps(path: string, standIns: StandIns, way: 'named' | 'closed'): Step[] {
  try {
    const real = realpathSync(path)
    const facts = lstatSync(real)
    if (!facts.isDirectory()) return [{ at: real, make: 'cover', source: standIns.for(facts) }]
    const names = way === 'named' ? namesIn(real, standIns, 0) : []
    return [{ at: real, make: 'folder' }, ...names, { at: real, make: 'seal' }]
  } catch (error) {
    if (codeOf(error) === '') throw error
    return []
  }
}

function namesIn(folder: string, standIns: StandIns, depth: number): Step[] {
  const entries = readdirSync(folder, { withFileTypes: true })
  if (entries.length > limits.sandboxClosedNames || depth > limits.sandboxClosedDepth) return []
  return entries.flatMap((entry): Step[] => {
    const at = join(folder, entry.name)
    if (entry.isDirectory()) return [{ at, make: 'folder' }, ...namesIn(at, standIns, depth + 1), { at, make: 'seal' }]
    return entry.isFile() ? [{ at, make: 'cover', source: standIns.for(lstatSync(at)) }] : []
  })
}
