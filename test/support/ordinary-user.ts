import { execFileSync } from 'node:child_process'
import { tmpdir } from 'node:os'
import { cliPath } from './cli.ts'
import type { Scratch } from './scratch.ts'

const id = '1000'
const words = ['setpriv', `--reuid=${id}`, `--regid=${id}`, '--clear-groups', '--']
const isRoot = process.getuid?.() === 0

/** Why programs cannot be run as an ordinary user here, or null. Root reads and writes what others may not, which hides faults. */
export function lacksOrdinaryUser(): string | null {
  if (!isRoot) return null
  try {
    const [file = '', ...args] = [...words, 'test', '-r', cliPath]
    execFileSync(file, args, { stdio: 'ignore' })
    return null
  } catch {
    return 'tests run as root, and an ordinary user may not read the project folder'
  }
}

/** Gives a scratch to an ordinary user and answers the words to put before a program, none when we are one already. */
export function asOrdinaryUser(place: Pick<Scratch, 'root'>): readonly string[] {
  if (!isRoot) return []
  execFileSync('chown', ['-Rh', `${id}:${id}`, place.root])
  return words
}

/**
 * Makes this very process an ordinary user's, for good: only in a test file that has a process of its own (the project
 * `e2e`). What it makes from then on belongs to that user, and programs that it starts are his.
 */
export function becomeOrdinaryUser(): void {
  if (!isRoot) return
  // That user may not be able to enter the project folder.
  process.chdir(tmpdir())
  process.setgroups?.([])
  process.setgid?.(Number(id))
  process.setuid?.(Number(id))
}
