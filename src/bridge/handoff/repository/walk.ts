import { type IgnoreRules, ignoreRules, isIgnored } from '../../../core/git/ignore.ts'
import type { IndexEntry } from '../../../core/git/index-file.ts'
import { pathTrouble } from '../../../core/git/names.ts'
import { UnreadableRepository } from '../../../core/git/unreadable.ts'
import { limits } from '../../base/limits.ts'
import { Refusal } from '../../base/refusal.ts'
import type { Allowance } from './allowance.ts'
import type { OpenedFolder } from './opened.ts'
import { type TreeLook, type Working, workingFile } from './tracked.ts'

/** What a walk through the working tree found. */
export interface Walked {
  /** By the paths of the index; what is not in it was not found. */
  readonly tracked: ReadonlyMap<string, Working>
  /** Paths that are neither in the index nor ignored; a repository in it ends in `/`. */
  readonly untracked: readonly string[]
  /** How many names are no UTF-8. */
  readonly nameless: number
}

const atOnce = 16
const nameOf = (path: string): string => path.slice(path.lastIndexOf('/') + 1)
const folderOf = (path: string): string => path.slice(0, path.lastIndexOf('/') + 1)

/**
 * Looks at all files of an index, and for what is not in it. Ignored folders are entered only where the index has files in them.
 * `fold`: makes two spellings of one path equal.
 */
export class Walk {
  private readonly looking: TreeLook
  private readonly fold: (path: string) => string
  private readonly entries = new Map<string, IndexEntry[]>()
  private readonly known = new Set<string>()
  private readonly tracked = new Map<string, Working>()
  private readonly untracked: string[] = []
  private nameless = 0
  private readonly ignoring = { left: limits.gitIgnoring }

  constructor(looking: TreeLook, fold: (path: string) => string) {
    this.looking = looking
    this.fold = fold
  }

  /** The files that are looked at. Their folders count as names, since a few files can name a great many. */
  async expect(index: readonly IndexEntry[], allowance: Allowance): Promise<void> {
    for await (const entry of allowance.each(index)) {
      const folder = this.fold(folderOf(entry.path))
      const inFolder = this.entries.get(folder)
      if (inFolder === undefined) this.entries.set(folder, [entry])
      else inFolder.push(entry)
      this.known.add(this.fold(entry.path))
      for (let above = folder; above !== '' && !this.known.has(above); above = folderOf(above.slice(0, -1))) {
        allowance.takeNames(1)
        this.known.add(above)
      }
    }
  }

  /** `ignored`: rules for all folders, the most important last. */
  async run(top: OpenedFolder, ignored: readonly IgnoreRules[]): Promise<Walked> {
    await this.folder(top, '', ignored, false)
    return { tracked: this.tracked, untracked: this.untracked.sort(), nameless: this.nameless }
  }

  /** `path`: '' or with `/` at its end. `isHidden`: what is not in the index is ignored here. */
  private async folder(opened: OpenedFolder, path: string, above: readonly IgnoreRules[], isHidden: boolean): Promise<void> {
    if (path.split('/').length > limits.gitDepth) throw new UnreadableRepository(`its folders are nested deeper than ${limits.gitDepth}`)
    const entries = this.entries.get(this.fold(path)) ?? []
    for (let at = 0; at < entries.length; at += atOnce) {
      const found = await Promise.all(
        entries
          .slice(at, at + atOnce)
          .map(async (entry) => [entry.path, await workingFile(opened, nameOf(entry.path), entry, this.looking)] as const),
      )
      for (const [name, working] of found) this.tracked.set(name, working)
    }
    const rules = isHidden ? above : [...above, ...(await rulesIn(opened, path))]
    for (const name of await opened.names()) await this.name(opened, path + name, rules, isHidden)
  }

  private async name(opened: OpenedFolder, path: string, rules: readonly IgnoreRules[], isHidden: boolean): Promise<void> {
    const name = nameOf(path)
    if (this.known.has(this.fold(path)) || pathTrouble(name, false) !== null) return
    if (name.includes('\ufffd')) {
      this.nameless++
      return
    }
    const hasTracked = this.known.has(this.fold(`${path}/`))
    if (isHidden && !hasTracked) return
    const isFolder = (await opened.look(name))?.isDirectory() ?? null
    if (isFolder === null) return
    const isOut = isHidden || isIgnored(path, isFolder, rules, this.ignoring)
    if (!isFolder) {
      if (!isOut) this.untracked.push(path)
    } else if (hasTracked || !isOut) await this.below(opened, path, rules, isOut, hasTracked)
  }

  private async below(
    opened: OpenedFolder,
    path: string,
    rules: readonly IgnoreRules[],
    isOut: boolean,
    hasTracked: boolean,
  ): Promise<void> {
    const below = await opened.below(nameOf(path)).catch((error): 'closed' => {
      // A folder that is closed: what lies in it is closed too.
      if (error instanceof Refusal && error.kind === 'denied') return 'closed'
      throw error
    })
    if (below === 'closed' && !hasTracked) this.untracked.push(`${path}/`)
    if (below === null || below === 'closed') return
    try {
      if ((await below.look('.git')) === null) await this.folder(below, `${path}/`, rules, isOut)
      else if (hasTracked) await this.folder(below, `${path}/`, rules, true)
      else this.untracked.push(`${path}/`)
    } finally {
      below.close()
    }
  }
}

/** As git, which follows no link to such a file. What is closed or is no ordinary file of usual size counts for nothing. */
async function rulesIn(folder: OpenedFolder, path: string): Promise<IgnoreRules[]> {
  const facts = await folder.look('.gitignore')
  if (!facts?.isFile() || facts.size > BigInt(limits.gitIgnoreFile)) return []
  try {
    const text = await folder.read('.gitignore', limits.gitIgnoreFile)
    return text === null ? [] : [ignoreRules(text.toString('utf8'), path)]
  } catch (error) {
    if (error instanceof Refusal) return []
    throw error
  }
}
