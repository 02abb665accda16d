import { stat } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { limits } from '../limits.ts'
import type { Policy } from '../policy/policy.ts'
import { denied, failed, fromFileTrouble } from '../refusal.ts'
import { nameArguments, ripgrep, type TextQuery, textArguments } from './ripgrep.ts'
import { type Page, Search } from './search.ts'

export interface Answered extends Page {
  readonly folder: string
  /** Under this name the rest can be asked for; null when there is none. */
  readonly search: string | null
  readonly stopped: Search['stopped']
}

interface Started {
  readonly search: Search
  readonly folder: string
}

interface Machine {
  readonly platform: NodeJS.Platform
  readonly path: string | undefined
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
  private count = 0
  private sweeper: NodeJS.Timeout | undefined

  constructor(policy: Policy, machine: Machine) {
    this.policy = policy
    this.machine = machine
  }

  async text(path: string, query: TextQuery, most: number, signal: AbortSignal): Promise<Answered> {
    if (query.pattern === '' || query.pattern.includes('\0'))
      throw denied('The pattern is empty or holds a NUL character; give a text or a regular expression.')
    if (query.pattern.length > limits.searchPatternCharacters)
      throw denied(`The pattern has ${query.pattern.length} characters; ${limits.searchPatternCharacters} are the most.`)
    checkGlob(query.glob)
    return this.first(path, { names: false, args: (target) => textArguments(query, target) }, most, signal)
  }

  async names(path: string, glob: string, most: number, signal: AbortSignal): Promise<Answered> {
    checkGlob(glob)
    return this.first(path, { names: true, args: (target) => nameArguments(glob, target) }, most, signal)
  }

  async more(id: string, most: number, signal: AbortSignal): Promise<Answered> {
    const { search, folder } = this.find(id)
    return this.answer(id, search, folder, await search.page(most, limits.searchFirstMs, signal))
  }

  stop(id: string): void {
    this.find(id).search.stop('person')
    this.started.delete(id)
  }

  close(): void {
    clearInterval(this.sweeper)
    for (const { search } of this.started.values()) search.stop('person')
    this.started.clear()
  }

  private find(id: string): Started {
    const found = this.started.get(id)
    if (found === undefined) throw failed(`There is no search ${JSON.stringify(id.slice(0, 50))}; it is over or was ended. Search again.`)
    return found
  }

  private async first(
    path: string,
    asked: { names: boolean; args: (target: string) => string[] },
    most: number,
    signal: AbortSignal,
  ): Promise<Answered> {
    const { real } = await this.policy.existing(path)
    const facts = await stat(real).catch((error) => Promise.reject(fromFileTrouble(error, `${JSON.stringify(path)} cannot be searched`)))
    const folder = facts.isDirectory() ? real : dirname(real)
    if (!facts.isDirectory() && !facts.isFile()) throw denied(`${JSON.stringify(path)} is neither a file nor a folder.`)
    this.makeRoom()
    const isOpen = await this.policy.judge()
    const id = `s${++this.count}`
    const search = new Search({
      program: ripgrep(this.machine.platform, this.machine.path),
      names: asked.names,
      args: asked.args(facts.isDirectory() ? './' : `./${basename(real)}`),
      folder,
      mayShow: (relative) => isOpen(join(folder, relative)),
      now: () => this.machine.now(),
    })
    this.started.set(id, { search, folder })
    this.sweep()
    const page = await search.page(most, limits.searchFirstMs, signal)
    if (signal.aborted) search.stop('person')
    if (page.done && page.found.length === 0 && search.trouble !== '' && search.stopped === null) {
      this.started.delete(id)
      throw failed(`ripgrep does not take this search: ${search.trouble.slice(0, 500)}. Mend the pattern, or set literal to true.`)
    }
    return this.answer(id, search, folder, page)
  }

  private answer(id: string, search: Search, folder: string, page: Page): Answered {
    if (page.done) this.started.delete(id)
    return { ...page, folder, search: page.done ? null : id, stopped: search.stopped }
  }

  /** Of too many, the one that nobody has asked about for the longest time goes. */
  private makeRoom(): void {
    while (this.started.size >= limits.searchesAtOnce) {
      const [oldest] = [...this.started].sort(([, one], [, other]) => one.search.asked - other.search.asked)
      if (oldest === undefined) return
      oldest[1].search.stop('time')
      this.started.delete(oldest[0])
    }
  }

  /** Ends what nobody asks about any more. */
  private sweep(): void {
    this.sweeper ??= setInterval(() => {
      for (const [id, { search }] of this.started) {
        if (this.machine.now() - search.asked < limits.searchIdleMs) continue
        search.stop('time')
        this.started.delete(id)
      }
    }, limits.searchIdleMs / 4)
    this.sweeper.unref()
  }
}
