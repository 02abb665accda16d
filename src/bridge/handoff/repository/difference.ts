import { join } from 'node:path'
import { type IgnoreRules, ignoreRules } from '../../../core/git/ignore.ts'
import { type IndexEntry, indexEntries } from '../../../core/git/index-file.ts'
import { limits } from '../../base/limits.ts'
import { readIfSmall } from '../../base/small-file.ts'
import type { Settings } from '../../base/settings.ts'
import { ntfsTrouble } from '../../policy/ntfs.ts'
import { onDrive } from '../../policy/spelling.ts'
import type { Allowance } from './allowance.ts'
import { type Changed, changesIn } from './changes.ts'
import { filesOf, refuseBadPath } from './commit.ts'
import { comparison } from './comparing.ts'
import type { GitDirectories } from './directory.ts'
import { type Head, headOf } from './head.ts'
import { refuseOtherFormats } from './formats.ts'
import { ObjectStore } from '../../../core/git/object-store.ts'
import type { RepositoryOpening } from './opened.ts'
import { Walk, type Walked } from './walk.ts'

/** What a repository's working tree has that its last commit has not. Paths below its top. */
export interface Difference extends Head {
  readonly changed: readonly string[]
  readonly patches: readonly { readonly path: string; readonly text: string }[]
  /** Those of `changed` that are too many, too large or no files. */
  readonly unread: readonly string[]
  readonly inLineEndsOnly: readonly string[]
  readonly conflicts: readonly string[]
  readonly untracked: readonly string[]
  readonly closed: number
  readonly nameless: number
}

interface Reading extends RepositoryOpening {
  readonly settings: Pick<Settings, 'platform' | 'variables'>
}

/** Compares a working tree with its last commit. Throws UnreadableRepository, and a Refusal. */
export async function differenceOf(repository: GitDirectories, reading: Reading): Promise<Difference> {
  const { allowance, settings } = reading
  await refuseOtherFormats(repository)
  const bounds = {
    object: limits.gitObject,
    cache: limits.gitCache,
    deltas: limits.gitDeltas,
    packs: limits.gitPacks,
    take: (bytes: number) => allowance.take(bytes),
  }
  const store = await ObjectStore.open(repository.common, bounds)
  try {
    const { platform } = settings
    const isWindows = platform === 'win32'
    const head = await headOf(repository)
    const committed = await filesOf(head.commit, { store, allowance, isWindows })
    const { index, indexedAt } = await indexOf(repository, allowance, isWindows)
    const isOpen = await judgeOf(repository, reading)
    const walked = await walkThrough(repository, reading, { index, indexedAt, isOpen })
    const { changed, closed, nameless, ...named } = await changesIn({ committed, index, tracked: walked.tracked, allowance, isOpen })
    const untracked: string[] = []
    for await (const path of allowance.each(walked.untracked)) if (isOpen(path)) untracked.push(path)
    return {
      ...head,
      ...(await compared(changed, named.inLineEndsOnly, { repository, store, reading })),
      ...{ conflicts: named.conflicts, untracked, nameless: nameless + walked.nameless },
      closed: closed + walked.untracked.length - untracked.length,
    }
  } finally {
    await store.close()
  }
}

/** Judges paths below the top. On a Windows drive another spelling of a name leads to the same file, so only the one that is listed counts. */
async function judgeOf({ top }: GitDirectories, { policy }: RepositoryOpening): Promise<(path: string) => boolean> {
  const [judge, sides] = [await policy.judge(), await policy.sides()]
  return (path) => {
    const whole = join(top.path, path)
    if (onDrive(whole, sides) && path.split('/').some((name) => ntfsTrouble(name) !== null)) return false
    return judge(whole)
  }
}

async function indexOf(
  { own }: GitDirectories,
  allowance: Allowance,
  isWindows: boolean,
): Promise<{ index: IndexEntry[]; indexedAt: bigint }> {
  const facts = await own.look('index')
  const bytes = await own.read('index', limits.gitIndex)
  if (facts === null || bytes === null) return { index: [], indexedAt: 0n }
  const index = await indexEntries(bytes, { most: limits.gitFiles, mostNameBytes: limits.gitNameBytes, pause: () => allowance.take(0) })
  for await (const { path } of allowance.each(index)) refuseBadPath(path, path, isWindows)
  return { index, indexedAt: facts.mtimeNs }
}

interface Indexed {
  readonly index: readonly IndexEntry[]
  readonly indexedAt: bigint
  isOpen(path: string): boolean
}

async function walkThrough({ top, common }: GitDirectories, { policy, settings, allowance }: Reading, indexed: Indexed): Promise<Walked> {
  const [fold, sides] = [await policy.fold(), await policy.sides()]
  const isWindows = settings.platform === 'win32'
  // Windows' drives show every file as a program.
  const hasModes = (path: string): boolean => !isWindows && !onDrive(join(top.path, path), sides)
  const looking = { ...indexed, isWindows, hasModes }
  const walk = new Walk(looking, (path) => fold(join(top.path, path)))
  await walk.expect(indexed.index, allowance)
  const info = await common.below('info')
  try {
    const excluded = (await info?.read('exclude', limits.gitIgnoreFile)) ?? Buffer.alloc(0)
    return await walk.run(top, [await ownRules(settings), ignoreRules(excluded.toString('utf8'), '')])
  } finally {
    info?.close()
  }
}

/** What the person has git ignore everywhere, at its usual place (gitignore(5)): no repository can name another one. */
async function ownRules({ variables }: Reading['settings']): Promise<IgnoreRules> {
  const home = variables.HOME ?? variables.USERPROFILE
  const folder = variables.XDG_CONFIG_HOME || (home === undefined ? undefined : join(home, '.config'))
  return ignoreRules(folder === undefined ? '' : ((await readIfSmall(join(folder, 'git', 'ignore'), limits.gitIgnoreFile)) ?? ''), '')
}

interface ComparedIn {
  readonly repository: GitDirectories
  readonly store: ObjectStore
  readonly reading: Reading
}

async function compared(
  all: readonly Changed[],
  alike: readonly string[],
  { repository, store, reading }: ComparedIn,
): Promise<Pick<Difference, 'changed' | 'patches' | 'unread' | 'inLineEndsOnly'>> {
  const effort = { left: limits.gitLines }
  const patches: { path: string; text: string }[] = []
  const [unread, inLineEndsOnly]: [string[], string[]] = [[], [...alike]]
  for (const change of all) {
    const isTooMuch = patches.length >= limits.handoffDiffFiles
    const found = isTooMuch ? 'unread' : await comparison(change, { top: repository.top, store, effort })
    if (found === 'unread') unread.push(change.path)
    else if (found === 'line ends') inLineEndsOnly.push(change.path)
    else patches.push({ path: change.path, text: found.patch })
    await reading.allowance.take(0)
  }
  const unchanged = new Set(inLineEndsOnly)
  const changed = all.map(({ path }) => path).filter((path) => !unchanged.has(path))
  return { changed, patches, unread, inLineEndsOnly: inLineEndsOnly.sort() }
}
