import type { ReachablePath } from '../model/path.ts'
import type { Files } from '../model/system.ts'

/** Files by the part of the page that shows them. */
export type Watched = Readonly<Record<string, readonly ReachablePath[]>>

/** Those of this side, and those of others, which cost more to look at. */
export interface WatchedSides {
  readonly near: Watched
  readonly far: Watched
}

/** Looks at files again and again: the page shows what is there, whoever changed it. Only their facts are read, never the files. */
export class FactsWatch {
  readonly #files: Pick<Files, 'look'>
  #before = new Map<string, string>()

  constructor(files: Pick<Files, 'look'>) {
    this.#files = files
  }

  /** The parts of which a file changed since the last look. The first look at a file finds nothing. */
  async changed(watched: Watched): Promise<string[]> {
    const looks = Object.entries(watched).flatMap(([part, paths]) =>
      paths.map(async (path) => ({ part, path, facts: await this.#factsOf(path) })),
    )
    const parts = new Set<string>()
    for (const { part, path, facts } of await Promise.all(looks)) {
      if ((this.#before.get(path) ?? facts) !== facts) parts.add(part)
      this.#before.set(path, facts)
    }
    return [...parts].sort()
  }

  async #factsOf(path: ReachablePath): Promise<string> {
    try {
      const facts = await this.#files.look(path, 'follow')
      return facts === null ? 'absent' : `${facts.identity} ${facts.size}`
    } catch {
      // A side that sleeps, or a folder that may not be read: the page says so when it reads again.
      return 'unreachable'
    }
  }
}
