import { dirname, join } from 'node:path'
import { isProjectFile } from '../../catalog/project-files.ts'
import type { ClientFile, RepositoryFacts, TrackedFile } from '../../core/doctor/facts.ts'
import { formatOfFile } from '../../core/formats/index.ts'
import { objectId } from '../../core/git/objects.ts'
import { literalNamesIn, literalsIn } from '../../core/keys/literals.ts'
import { manifestName } from '../../core/layout.ts'
import { type ReachablePath, reachable } from '../../model/path.ts'
import type { System } from '../../model/system.ts'
import { escapeFrom } from '../store/inside.ts'
import { isTrouble } from '../store/trouble.ts'
import { contentOf, type Staged, stagedFiles } from './git.ts'

/** Limits for the config files of a repository that are read. */
const CONFIG =
  /(?:\.(?:jsonc?|json5|code-workspace|env|envrc|toml|ya?ml|ini|cfg|conf|config|properties|xml|plist|tf|tfvars|mdc?|sh|bash|zsh|fish|ps1|bat|cmd|txt|service|pem|key)|(?:^|\/)(?:\.env[^/]*|Dockerfile[^/]*|Makefile)|rc)$/i
const FILES_MAX = 4000
const BYTES_MAX = 4 * 1024 * 1024
const ALL_BYTES_MAX = 64 * 1024 * 1024
const AT_ONCE = 16

/** Returns whether a text holds a stored key. `known`: false if the keys are unknown. */
export interface StoredKeys {
  readonly known: boolean
  holds(text: string): boolean
}

interface Looked {
  readonly repository: RepositoryFacts
  readonly files: readonly TrackedFile[]
}

const isConfig = (name: string): boolean => isProjectFile(name) || name === manifestName || name.endsWith(`/${manifestName}`)

/** Decodes bytes as UTF-8, or UTF-16 by their byte order mark. */
const textOf = (bytes: Uint8Array): string =>
  new TextDecoder(
    bytes[0] === 0xff && bytes[1] === 0xfe ? 'utf-16le' : bytes[0] === 0xfe && bytes[1] === 0xff ? 'utf-16be' : 'utf-8',
  ).decode(bytes)

/** Returns values in a client's config that look like keys, comments included, and why it could not be parsed. */
async function judged(name: string, bytes: Uint8Array): Promise<{ literals: { server: string; name: string }[]; unread: string | null }> {
  const read = (await formatOfFile(name))?.read(bytes, []) ?? null
  const values = read?.ok ? Object.fromEntries(read.document.entries().map((entry) => [entry.name, entry.value])) : {}
  const literals = literalsIn(values)
  const known = new Set(literals.flatMap((each) => [each.name, each.member]))
  const more = literalNamesIn(textOf(bytes)).filter((each) => !known.has(each))
  const unread = read === null ? 'unknown format' : read.ok ? null : read.refusal.reason
  return {
    literals: [...literals.map(({ server, name }) => ({ server, name })), ...more.map((each) => ({ server: '', name: each }))],
    unread,
  }
}

class Repository {
  private readonly system: System
  private readonly root: string
  private readonly keys: StoredKeys
  private readonly files: TrackedFile[] = []
  private readonly unread: { shown: string; reason: string }[] = []
  private readonly staged: Staged[] = []
  private bytes = 0
  private searched = 0
  private leftOut = 0
  private configs = 0

  constructor(system: System, root: string, keys: StoredKeys) {
    this.system = system
    this.root = root
    this.keys = keys
  }

  async look(): Promise<Looked> {
    const all = await stagedFiles(this.root)
    if ('trouble' in all) return { repository: { ...this.facts(), trouble: all.trouble }, files: [] }
    const listed = all.filter(({ name }) => isConfig(name) || CONFIG.test(name))
    // The most important files come first, in case there are too many.
    const ordered = [...listed.filter(({ name }) => isConfig(name)), ...listed.filter(({ name }) => !isConfig(name))]
    this.leftOut = Math.max(0, ordered.length - FILES_MAX)
    const queue = ordered.slice(0, FILES_MAX)
    for (let at = 0; at < queue.length; at += AT_ONCE) await Promise.all(queue.slice(at, at + AT_ONCE).map((each) => this.attempt(each)))
    const contents = await contentOf(
      this.root,
      this.staged.map(({ blob }) => blob),
    )
    for (const { name, blob } of this.staged) {
      const bytes = contents.get(blob)
      if (bytes !== undefined) await this.search(name, bytes, true)
      else this.leftOut++
    }
    // Files are read side by side, and reported in one order whichever is read first.
    const places = new Map(queue.map(({ name }, at) => [join(this.root, name), at]))
    const files = [...this.files].sort((one, other) => (places.get(one.shown) ?? 0) - (places.get(other.shown) ?? 0))
    return { repository: this.facts(), files }
  }

  private async attempt(each: Staged): Promise<void> {
    try {
      await this.file(each)
    } catch (error) {
      if (!isTrouble(error)) throw error
      this.leftOut++
    }
  }

  /** Returns a file's present content and, if different, its staged content. */
  private async file({ name, blob }: Staged): Promise<void> {
    const path = reachable(join(this.root, name))
    // A file behind a link is not tracked, also if a folder of its path has become a link.
    const isInside = (await escapeFrom(this.system, reachable(this.root), path)) === null
    const facts = isInside ? await this.system.files.look(path) : null
    const size = facts?.kind === 'file' ? facts.size : 0
    if (size > BYTES_MAX || this.bytes + size > ALL_BYTES_MAX) {
      this.leftOut++
      return
    }
    this.bytes += size
    const bytes = facts?.kind === 'file' ? await this.system.files.read(path) : null
    this.searched++
    if (bytes === null || objectId('blob', bytes) !== blob) this.staged.push({ name, blob })
    if (bytes !== null) await this.search(name, bytes, false)
  }

  private async search(name: string, bytes: Uint8Array, staged: boolean): Promise<void> {
    const found = { shown: join(this.root, name), folder: this.root, ...(staged ? { staged } : {}) }
    const isStored = this.keys.holds(textOf(bytes))
    const same = (why: TrackedFile['why']) =>
      this.files.some((each) => each.shown === found.shown && JSON.stringify(each.why) === JSON.stringify(why))
    const add = (why: TrackedFile['why']) => {
      if (!same(why)) this.files.push({ ...found, why })
    }
    if (isStored) add({ stored: true })
    if (!isConfig(name)) return
    const { literals, unread } = await judged(name, bytes)
    if (!staged) this.configs++
    if (unread !== null && !staged) this.unread.push({ shown: found.shown, reason: unread })
    if (!isStored) for (const each of literals) add({ stored: false, ...each })
  }

  private facts(): RepositoryFacts {
    const { root: folder, searched, leftOut, configs, unread, keys } = this
    return { folder, trouble: null, searched, leftOut, configs, unread, keysKnown: keys.known }
  }
}

/** Returns folders that may be in a repository: the working one, the manifest's, and those of the client files and their link targets. */
async function folders(system: System, manifest: ReachablePath, files: readonly ClientFile[]): Promise<Set<string>> {
  const found = new Set<string>([...(system.cwdIsGone === true ? [] : [system.cwd]), dirname(manifest)])
  for (const { here, environment } of files) {
    if (here === null || !environment.self) continue
    found.add(dirname(here))
    found.add(dirname((await system.files.realPath(here)) ?? here))
  }
  return found
}

/** Returns the nearest folder, from this one upwards, with a `.git` of some kind; null: there is none. */
async function rootOf(system: System, folder: string): Promise<string | null> {
  for (let each = folder; ; each = dirname(each)) {
    if ((await system.files.look(reachable(join(each, '.git')))) !== null) return each
    if (each === dirname(each)) return null
  }
}

/** Finds files under version control that hold a key, and returns what was checked. */
export async function observeTracked(
  system: System,
  manifest: ReachablePath,
  files: readonly ClientFile[],
  keys: StoredKeys,
): Promise<Looked[]> {
  const roots = new Set<string>()
  for (const folder of await folders(system, manifest, files)) {
    const root = await rootOf(system, folder)
    if (root !== null) roots.add((await system.files.realPath(reachable(root))) ?? root)
  }
  return Promise.all([...roots].map((root) => new Repository(system, root, keys).look()))
}
