import { join, relative, sep } from 'node:path'
import { limits } from '../base/limits.ts'
import { type Closed, closedInside } from '../policy/inside.ts'
import { identityAt } from '../policy/identity.ts'
import type { Policy } from '../policy/policy.ts'
import { failed } from '../base/refusal.ts'
import type { Call } from '../base/call.ts'
import { Semaphore } from '../base/semaphore.ts'
import { checkedGlob, type Glob } from './glob.ts'
import { patternTrouble } from './complaints.ts'
import { confirming } from './confirming.ts'
import { endlessBelow, endlessIn, endlessWords, isEndlessAbove } from './ignore-files.ts'
import { openTarget, type SearchTarget } from './target.ts'
import { checkPattern, nameArguments, ripgrep, type TextQuery, textArguments } from './ripgrep.ts'
import { type Page, Search, type StopReason } from './search.ts'

export interface AnsweredSearch extends Page {
  readonly folder: string
  /** Under this name the rest can be asked for; null when there is none. */
  readonly search: string | null
  readonly stopped: StopReason | null
  /** The ignore file because of which it was. */
  readonly stoppedBy: string | null
  /** What was asked for: names, lines of a folder, lines of one file. */
  readonly what: 'names' | 'lines' | 'file'
  /** Something in the folder is closed and was left out. */
  readonly closed: boolean
  /** Files and folders in it that could not be read. */
  readonly unreadable: number
  /** Lines that are too long to be read. */
  readonly tooLong: number
  /** Byte from which the one file that was searched is binary; null: it is not. */
  readonly binaryFrom: number | null
}

/** A search as it was asked for. */
interface Query {
  /** Null: only names are asked for. */
  readonly text: TextQuery | null
  readonly glob: Glob | null
  /** Hits of a page. */
  readonly most: number
}

/** The caller, and the signal that stops it. */
type Asker = Pick<Call, 'client' | 'signal'>

interface Started {
  readonly search: Search
  readonly folder: string
  readonly what: AnsweredSearch['what']
  /** The client that started it: to any other it does not exist. */
  readonly client: string
  /** Hits of a page. */
  readonly most: number
}

interface Machine {
  readonly platform: NodeJS.Platform
  readonly path: string | undefined
  /** Our own process. */
  readonly pid: number
  /** Characters of the longest key that no answer may hold. */
  longest(): number
  now(): number
}

/** The searches of one bridge: each runs until it is done, stopped, or idle for too long. */
export class Searches {
  private readonly policy: Policy
  private readonly machine: Machine
  private readonly started = new Map<string, Started>()
  private readonly slots = new Semaphore(limits.searchesAtOnce)
  private count = 0
  private sweeper: NodeJS.Timeout | undefined

  constructor(policy: Policy, machine: Machine) {
    this.policy = policy
    this.machine = machine
  }

  async text(path: string, query: TextQuery & { glob: string | undefined }, most: number, asker: Asker): Promise<AnsweredSearch> {
    checkPattern(query)
    const glob = checkedGlob(query.glob)
    return this.slots.run(() => this.first(path, { text: query, glob, most }, asker))
  }

  async names(path: string, written: string, most: number, asker: Asker): Promise<AnsweredSearch> {
    const glob = checkedGlob(written)
    return this.slots.run(() => this.first(path, { text: null, glob, most }, asker))
  }

  /** The next page, as large as the first one was allowed to be. */
  async more(id: string, { client, signal }: Asker): Promise<AnsweredSearch> {
    const started = this.find(id, client)
    // The folder may have been closed since the search began.
    await this.policy.check(started.folder, 'read')
    return this.answer(id, started, await started.search.page(started.most, limits.searchFirstMs, signal))
  }

  stop(id: string, { client }: Asker): void {
    this.end(id, this.find(id, client).search, 'person')
  }

  close(): void {
    clearInterval(this.sweeper)
    for (const { search } of this.started.values()) search.drop('person')
    this.started.clear()
  }

  private find(id: string, client: string): Started {
    const found = this.started.get(id)
    if (found === undefined || found.client !== client)
      throw failed(`Unknown search ${JSON.stringify(id.slice(0, 50))}: it is done or was stopped. Search again.`)
    return found
  }

  private async first(path: string, query: Query, { client, signal }: Asker): Promise<AnsweredSearch> {
    const { text, most } = query
    const target = await openTarget(this.policy, path, text === null, this.machine.pid)
    this.makeRoom()
    const id = `s${++this.count}`
    const what = text === null ? 'names' : target.only === null ? 'lines' : 'file'
    let search: Search
    let closed: readonly Closed[] = []
    try {
      if (target.only === null) {
        const endless = await endlessIn(target.real)
        if (endless !== null) throw failed(`Nothing was searched: ${endlessWords(endless)}.`)
        closed = await closedInside(this.policy, target.real)
      }
      search = await this.begin(target, query, closed)
    } catch (error) {
      target.release()
      throw error
    } finally {
      target.started()
    }
    const started = { search, folder: target.real, what, client, most } as const
    this.started.set(id, started)
    this.sweep()
    const page = await search.page(most, limits.searchFirstMs, signal)
    if (signal.aborted) this.end(id, search, 'person')
    const { trouble } = search
    if (page.done && page.found.length === 0 && trouble !== '' && search.stopped === null) {
      this.started.delete(id)
      throw failed(
        text === null ? 'Nothing was searched: ripgrep does not start, or does not accept this glob.' : patternTrouble(trouble, text),
      )
    }
    return { ...this.answer(id, started, page), closed: closed.length > 0 }
  }

  private async begin(opened: SearchTarget, { text, glob }: Query, closed: readonly Closed[]): Promise<Search> {
    const isOpen = await this.policy.judge()
    const { pinned, file, real, only, target } = opened
    // What is opened again to be confirmed is looked at then.
    const mayShow = (path: string): boolean => isOpen(path, pinned === null ? (identityAt(path) ?? undefined) : undefined)
    const left = closed.filter(({ whole }) => whole).map(({ path }) => relative(real, path).replaceAll('\\', '/'))
    // With `--no-ignore-parent` alone ripgrep still opens those above.
    const scope = { target, glob, closed: left, ignores: only === null && !(await isEndlessAbove(real)) }
    // ripgrep compares names only, and none of a file that is named.
    const fits = glob === null || (only === null && ((glob.plain && glob.name !== null) || glob.negative)) ? null : glob.fits
    return new Search({
      program: ripgrep(this.machine.platform, this.machine.path),
      names: text === null,
      args: text === null ? nameArguments(scope) : textArguments(text, scope),
      folder: opened.cwd,
      file,
      mayShow: (path) => (fits === null || fits(sep === '/' ? path : path.replaceAll('\\', '/'))) && mayShow(join(real, path)),
      confirm: pinned === null || file !== null ? null : confirming(pinned, text === null, isOpen),
      margin: this.machine.longest(),
      endless: async (signal) => (scope.ignores ? endlessBelow(pinned ?? real, left, signal) : null),
      now: () => this.machine.now(),
      release: () => opened.release(),
    })
  }

  private answer(id: string, { search, folder, what }: Started, page: Page): AnsweredSearch {
    if (page.done) this.started.delete(id)
    const { complaints, tooLong, binaryFrom, stopped, stoppedBy } = search
    return {
      ...page,
      ...{ folder, what, search: page.done ? null : id, stopped, stoppedBy, closed: false },
      ...{ unreadable: complaints.unreadable, tooLong, binaryFrom },
    }
  }

  private end(id: string, search: Search, why: StopReason): void {
    search.drop(why)
    this.started.delete(id)
  }

  /** When there are too many idle searches, ends those that were asked about the longest time ago. */
  private makeRoom(): void {
    const idle = [...this.started]
      .filter(([, { search }]) => !search.busy)
      .sort(([, one], [, other]) => one.search.asked - other.search.asked)
    for (const [id, { search }] of idle.slice(0, Math.max(0, idle.length - limits.searchesAtOnce + 1))) this.end(id, search, 'time')
  }

  /** Ends idle searches. */
  private sweep(): void {
    this.sweeper ??= setInterval(() => {
      for (const [id, { search }] of this.started) {
        if (this.machine.now() - search.asked >= limits.searchIdleMs) this.end(id, search, 'time')
      }
    }, limits.searchIdleMs / 4)
    this.sweeper.unref()
  }
}
