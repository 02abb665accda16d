import { join } from 'node:path'
import { limits } from '../limits.ts'
import type { Policy } from '../policy/policy.ts'
import { denied, failed } from '../refusal.ts'
import type { Call } from '../call.ts'
import { Turns } from '../turns.ts'
import { confirming } from './confirming.ts'
import { type Held, hold } from './holding.ts'
import { nameArguments, ripgrep, type TextQuery, textArguments } from './ripgrep.ts'
import type { Page, Why } from './plan.ts'
import { Search } from './search.ts'

export interface Answered extends Page {
  readonly folder: string
  /** Under this name the rest can be asked for; null when there is none. */
  readonly search: string | null
  readonly stopped: Why | null
}

/** Who asks, and how it is stopped. */
type Asker = Pick<Call, 'client' | 'signal'>

interface Started {
  readonly search: Search
  readonly folder: string
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
  now(): number
}

/** Globs choose among what is below the folder searched; nothing else. */
function checkGlob(glob: string | undefined): void {
  if (glob === undefined) return
  if (glob.includes('\0') || glob.length > limits.searchPatternCharacters) throw denied('The glob is too long or holds a NUL character.')
  if (/^!?[\\/]|^[A-Za-z]:|(^|[\\/!])\.\.([\\/]|$)/.test(glob))
    throw denied(
      `The glob ${JSON.stringify(glob)} leads out of the folder; give a glob such as "*.ts" or "src/**/*.ts", and the folder as path.`,
    )
}

/** The searches of one bridge: each runs until it is over, stopped, or nobody asks about it any more. */
export class Searches {
  private readonly policy: Policy
  private readonly machine: Machine
  private readonly started = new Map<string, Started>()
  private readonly turns = new Turns(limits.searchesAtOnce)
  private count = 0
  private sweeper: NodeJS.Timeout | undefined

  constructor(policy: Policy, machine: Machine) {
    this.policy = policy
    this.machine = machine
  }

  async text(path: string, query: TextQuery, most: number, asker: Asker): Promise<Answered> {
    if (query.pattern === '' || query.pattern.includes('\0'))
      throw denied('The pattern is empty or holds a NUL character; give a text or a regular expression.')
    if (query.pattern.length > limits.searchPatternCharacters)
      throw denied(`The pattern has ${query.pattern.length} characters; ${limits.searchPatternCharacters} are the most.`)
    checkGlob(query.glob)
    return this.turns.take(() => this.first(path, { names: false, args: (target) => textArguments(query, target) }, most, asker))
  }

  async names(path: string, glob: string, most: number, asker: Asker): Promise<Answered> {
    checkGlob(glob)
    return this.turns.take(() => this.first(path, { names: true, args: (target) => nameArguments(glob, target) }, most, asker))
  }

  /** The next page, as large as the first one was allowed to be. */
  async more(id: string, { client, signal }: Asker): Promise<Answered> {
    const { search, folder, most } = this.find(id, client)
    return this.answer(id, search, folder, await search.page(most, limits.searchFirstMs, signal))
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
      throw failed(`There is no search ${JSON.stringify(id.slice(0, 50))}; it is over or was ended. Search again.`)
    return found
  }

  private async first(
    path: string,
    asked: { names: boolean; args: (target: string) => string[] },
    most: number,
    { client, signal }: Asker,
  ): Promise<Answered> {
    const held = await hold(this.policy, path, asked.names, this.machine.pid)
    this.makeRoom()
    const id = `s${++this.count}`
    const { real: folder } = held
    let search: Search
    try {
      search = await this.begin(held, asked.names, asked.args(held.target))
    } catch (error) {
      held.release()
      throw error
    } finally {
      held.started()
    }
    this.started.set(id, { search, folder, client, most })
    this.sweep()
    const page = await search.page(most, limits.searchFirstMs, signal)
    if (signal.aborted) this.end(id, search, 'person')
    if (page.done && page.found.length === 0 && search.trouble !== '' && search.stopped === null) {
      this.started.delete(id)
      throw failed(`ripgrep does not take this search: ${search.trouble.slice(0, 500)}. Mend the pattern, or set literal to true.`)
    }
    return this.answer(id, search, folder, page)
  }

  private async begin(held: Held, names: boolean, args: readonly string[]): Promise<Search> {
    const isOpen = await this.policy.judge()
    const { pinned, file, real } = held
    return new Search({
      program: ripgrep(this.machine.platform, this.machine.path),
      names,
      args,
      folder: held.cwd,
      file,
      mayShow: (relative) => isOpen(join(real, relative)),
      confirm: pinned === null || file !== null ? null : confirming(pinned, names, isOpen),
      now: () => this.machine.now(),
      release: () => held.release(),
    })
  }

  private answer(id: string, search: Search, folder: string, page: Page): Answered {
    if (page.done) this.started.delete(id)
    return { ...page, folder, search: page.done ? null : id, stopped: search.stopped }
  }

  private end(id: string, search: Search, why: Why): void {
    search.drop(why)
    this.started.delete(id)
  }

  /** Of too many whose rest nobody is waiting for, the one that was asked about the longest time ago goes. */
  private makeRoom(): void {
    const idle = [...this.started]
      .filter(([, { search }]) => !search.busy)
      .sort(([, one], [, other]) => one.search.asked - other.search.asked)
    for (const [id, { search }] of idle.slice(0, Math.max(0, idle.length - limits.searchesAtOnce + 1))) this.end(id, search, 'time')
  }

  /** Ends what nobody asks about any more. */
  private sweep(): void {
    this.sweeper ??= setInterval(() => {
      for (const [id, { search }] of this.started) {
        if (this.machine.now() - search.asked >= limits.searchIdleMs) this.end(id, search, 'time')
      }
    }, limits.searchIdleMs / 4)
    this.sweeper.unref()
  }
}
