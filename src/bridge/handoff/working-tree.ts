import { count } from '../../core/count.ts'
import { stat } from 'node:fs/promises'
import { basename, dirname } from 'node:path'
import { UnreadableRepository } from '../../core/git/unreadable.ts'
import { limits } from '../base/limits.ts'
import { failed, fromFileTrouble } from '../base/refusal.ts'
import type { Redaction } from '../base/redaction.ts'
import type { Settings } from '../base/settings.ts'
import { inName } from '../base/text.ts'
import { tokensOf } from '../base/tokens.ts'
import type { Policy } from '../policy/policy.ts'
import type { HandoffSection } from './handoff.ts'
import { Allowance } from './repository/allowance.ts'
import { openRepository } from './repository/directory.ts'
import { type Difference, differenceOf } from './repository/difference.ts'

/**
 * Divides items into those that fit into `room` and the rest, both in the order in which they were given. They are tried in the order of
 * `compare`; one that is too large for what is left does not stop those after it.
 */
export function divide<T>(
  items: readonly T[],
  room: number,
  costOf: (item: T) => number,
  compare: (a: T, b: T) => number,
): { readonly taken: readonly T[]; readonly left: readonly T[] } {
  const taken = new Set<T>()
  let free = room
  for (const item of [...items].sort(compare)) {
    const cost = costOf(item)
    if (cost > free) continue
    free -= cost
    taken.add(item)
  }
  return { taken: items.filter((item) => taken.has(item)), left: items.filter((item) => !taken.has(item)) }
}

/** A repository in a handoff: its folder, a section with its branch, and a section for each changed file. */
export interface WorkingTree {
  readonly root: string
  readonly sections: readonly HandoffSection[]
}

interface Asking {
  readonly settings: Pick<Settings, 'platform' | 'variables'>
  readonly policy: Policy
  readonly redaction: Redaction
  readonly signal: AbortSignal
}

/**
 * The branch and the uncommitted changes of the repository that a path lies in. No program is started: what git stores is read here, and
 * what the repository configures counts for nothing. All of it must be open to reading; changes of closed files are counted and left out.
 */
export async function workingTree({ settings, policy, redaction, signal }: Asking, path: string): Promise<WorkingTree> {
  const { real } = await policy.existing(path, 'read')
  const opening = { policy, allowance: new Allowance(signal) }
  try {
    const folder = (await stat(real)).isDirectory() ? real : dirname(real)
    const repository = await openRepository(folder, opening)
    try {
      const difference = await differenceOf(repository, { ...opening, settings })
      return { root: repository.top.path, sections: sectionsOf(difference, basename(repository.top.path), redaction) }
    } finally {
      repository.close()
    }
  } catch (error) {
    if (error instanceof UnreadableRepository)
      throw failed(
        `mcp-twin cannot compare the repository of "${inName(path)}" with its last commit: ${error.message}. Leave repository out, or put what matters into a section.`,
      )
    throw fromFileTrouble(error, `The repository of "${inName(path)}" cannot be read`)
  }
}

function sectionsOf(difference: Difference, name: string, redaction: Redaction): HandoffSection[] {
  const { branch, commit, closed, nameless } = difference
  const diffs = difference.patches.map(({ path, text }) => ({ heading: headingOf(path), body: redaction.text(text), priority: 4 }))
  const fitting = cut(diffs)
  const unread = difference.unread.map((path) => `${inName(path)} (not compared)`)
  const lines = [
    `Branch: ${branch === null ? 'none (detached)' : inName(branch)}${commit === null ? ', no commit yet' : `, commit ${commit.slice(0, 7)}`}`,
    ...listed('Changed since that commit', difference.changed),
    ...listed('The same but for their line endings (CRLF and LF)', difference.inLineEndsOnly),
    ...listed('Conflicts to resolve', difference.conflicts),
    ...listed('New and not added to git', difference.untracked),
    ...listed('Changes left out for their size', [...fitting.left, ...unread], (words) => words),
    ...(closed === 0 ? [] : [`${count(closed, 'changed file is', 'changed files are')} closed and left out.`]),
    ...(nameless === 0 ? [] : [`${count(nameless, 'file is', 'files are')} left out: the name is no UTF-8.`]),
  ]
  const state = { heading: `Working tree of ${inName(name)}`, body: redaction.text(lines.join('\n')), priority: 2 }
  return [state, ...fitting.sections]
}

const headingOf = (path: string): string => `Diff of ${inName(path)}`

/** Takes as many diffs as the limit allows, smaller ones first, and names the others with their sizes. */
function cut(diffs: readonly HandoffSection[]): { readonly sections: readonly HandoffSection[]; readonly left: readonly string[] } {
  const bytesOf = ({ body }: HandoffSection): number => Buffer.byteLength(body)
  const { taken, left } = divide(diffs, limits.handoffDiff, bytesOf, (a, b) => a.body.length - b.body.length)
  return {
    sections: taken,
    left: left.map(({ heading, body }) => `${heading.slice(headingOf('').length)} (${count(tokensOf(body), 'token')})`),
  }
}

/** `worded`: how one of them is said; only those that are shown are. */
function listed(title: string, names: readonly string[], worded: (name: string) => string = inName): string[] {
  if (names.length === 0) return []
  const shown = names.slice(0, limits.handoffNames).map((name) => worded(name))
  const more = names.length - shown.length
  return [`${title}: ${shown.join(', ')}${more > 0 ? ` and ${more} more` : ''}`]
}
