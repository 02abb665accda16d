import { defaultShell } from '../config/default-shell.ts'
import type { Config } from '../config/config.ts'
import { limits } from '../limits.ts'
import type { Policy } from '../policy/policy.ts'
import { denied, failed } from '../refusal.ts'
import type { Settings } from '../settings.ts'
import type { Call } from '../call.ts'
import { endSessions } from './ending.ts'
import { type ExecuteRequest, type Executed, newOutput, streamed } from './execution.ts'
import type { Mask } from './mask.ts'
import { prepareStart } from './preparing.ts'
import { Session } from './session.ts'
import { belonging, commandLine, isAlive, orphans, type ProcessFacts, signal } from './tree.ts'
import { Wall } from './wall.ts'

/** The commands of one bridge: runs them, keeps those that go on, and ends all of them when the bridge ends. */
export class Terminal {
  private readonly settings: Settings
  private readonly policy: Policy
  private readonly config: Config
  private readonly mask: Mask
  private readonly wall: Wall
  private readonly sessions = new Map<string, Session>()
  /** Every command since the start, also those whose session nobody can name: something of them may live on. */
  private readonly running = new Set<Session>()
  private readonly mark: string
  /** The beginning of the marks of each client's commands. */
  private readonly marks = new Map<string, string>()
  private count = 0
  private closed = false

  constructor(settings: Settings, policy: Policy, config: Config, mask: Mask) {
    this.mask = mask
    this.settings = settings
    this.policy = policy
    this.config = config
    this.mark = `${settings.pid}-${settings.random(8)}.`
    this.wall = new Wall(settings, policy)
    if (settings.terminal === 'sandbox') void this.wall.holds()
    // Later, so that the first command does not wait for it.
    if (settings.platform === 'linux')
      setTimeout(() => orphans().forEach((pid) => void signal(pid, 'SIGKILL')), limits.orphansAfterMs).unref()
  }

  /** False: the sandbox does not hold, so nothing is run at all. */
  async usable(): Promise<boolean> {
    return this.settings.terminal !== 'off' && (this.settings.terminal === 'on' || (await this.wall.holds()))
  }

  /** Why nothing is run; null while all is well. */
  get trouble(): string | null {
    return this.wall.trouble
  }

  async execute(request: ExecuteRequest, call: Call): Promise<Executed> {
    await this.demandUsable()
    if (this.running.size >= limits.sessions) throw failed(`${limits.sessions} commands are running; stop one with stop_session.`)
    const id = `t${++this.count}`
    const input = request.background || request.onTimeout === 'keep'
    const preset = this.config.get(defaultShell)
    const mark = `${this.markOf(call.client)}${this.count}.`
    const { start, shell, environment } = await prepareStart(
      { ...request, input, preset: preset === 'auto' ? null : preset },
      {
        settings: this.settings,
        policy: this.policy,
        tag: mark,
        wall: this.settings.terminal === 'sandbox' ? this.wall : null,
      },
    )
    if (this.closed || call.signal.aborted) throw failed('The call was cancelled before the command was started.')
    call.begin()
    const session = new Session(
      { id, command: request.command, shell, environment, startedAt: this.settings.now(), client: call.client, mark },
      start,
      this.settings.platform === 'win32',
      this.mask,
    )
    this.running.add(session)
    void session.over.then(() => this.running.delete(session))
    if (request.background) {
      this.keep(session)
      return { output: '', exitCode: null, timedOut: false, session: id, cut: false, first: 0 }
    }
    return this.wait(session, request, call)
  }

  read(id: string, offset: number | undefined, limit: number | undefined, call: Call) {
    const session = this.find(id, call)
    return { session, piece: session.output.read(offset, Math.min(limit ?? limits.outputCharacters, limits.outputCharacters)) }
  }

  /** Waits for output beyond a position, for the end, or for the time to pass. */
  async waitForOutput(id: string, offset: number | undefined, timeoutMs: number, call: Call): Promise<void> {
    const session = this.find(id, call)
    if (!session.ended && !session.output.unread(offset)) await newOutput(session, offset, timeoutMs, call.signal)
  }

  send(id: string, input: string, call: Call): void {
    const session = this.find(id, call)
    call.begin()
    session.send(input.endsWith('\n') ? input : `${input}\n`)
  }

  list({ client }: Call): readonly Session[] {
    return [...this.sessions.values()].filter(({ facts }) => facts.client === client)
  }

  /** Ends a kept command and its tree. */
  async stop(id: string, call: Call): Promise<Session> {
    const session = this.find(id, call)
    await this.end(session)
    return session
  }

  /** Everything that commands of this client left running. */
  processes({ client }: Call): (ProcessFacts & { readonly command: string })[] {
    const roots = [...this.running].flatMap(({ child, facts }) => (child.pid === undefined || facts.client !== client ? [] : [child.pid]))
    return belonging(this.markOf(client), roots, this.settings.pid).map((facts) => ({ ...facts, command: commandLine(facts) }))
  }

  async kill(pid: number, call: Call): Promise<void> {
    const own = this.processes(call).some((facts) => facts.pid === pid)
    if (pid <= 1 || !own) throw denied(`${pid} is not a process that a command of this bridge started; list_processes shows those.`)
    signal(pid, 'SIGTERM')
    for (const until = performance.now() + limits.graceMs; performance.now() < until && isAlive(pid); )
      await new Promise((resolve) => setTimeout(resolve, 20))
    signal(pid, 'SIGKILL')
  }

  async close(): Promise<void> {
    this.closed = true
    // Even with nothing running: a command that ended may have left something behind.
    if (this.count > 0) await endSessions([...this.running], [this.mark], this.ender(), limits.graceMs / 3)
  }

  private async demandUsable(): Promise<void> {
    if (this.settings.terminal === 'off') throw denied('Commands are switched off; a person can set bridge.terminal in the manifest.')
    if (!(await this.usable()))
      throw denied(`Commands are switched off, since their sandbox does not hold: ${this.wall.trouble}. Nothing is run without it.`)
  }

  private async wait(session: Session, request: ExecuteRequest, call: Call): Promise<Executed> {
    const unwatch = session.watch(streamed(call, session))
    const how = await new Promise<'over' | 'time' | 'cancelled'>((resolve) => {
      const timer = setTimeout(() => resolve('time'), request.timeoutMs)
      const cancel = () => resolve('cancelled')
      call.signal.addEventListener('abort', cancel, { once: true })
      void session.over
        .then(() => resolve('over'))
        .finally(() => {
          clearTimeout(timer)
          call.signal.removeEventListener('abort', cancel)
        })
    })
    unwatch()
    const goesOn = how === 'time' && request.onTimeout === 'keep'
    if (how !== 'over' && !goesOn) await this.end(session)
    const { text, cut, first } = session.output.summary(limits.outputCharacters)
    if (goesOn || cut) this.keep(session)
    return {
      output: text,
      exitCode: how === 'over' ? session.exitCode : null,
      timedOut: how === 'time',
      session: goesOn || cut ? session.facts.id : null,
      cut,
      first,
    }
  }

  private async end(session: Session): Promise<void> {
    await endSessions([session], [session.facts.mark], this.ender(), limits.graceMs)
    await Promise.race([session.over, new Promise((resolve) => setTimeout(resolve, limits.graceMs).unref())])
  }

  private ender() {
    return { platform: this.settings.platform, self: this.settings.pid, systemRoot: this.settings.variables.SystemRoot }
  }

  /** Makes a session known by its id; the oldest ended ones are forgotten. */
  private keep(session: Session): void {
    this.sessions.set(session.facts.id, session)
    const ended = [...this.sessions.values()].filter((each) => each.ended)
    for (const old of ended.slice(0, Math.max(0, ended.length - limits.endedSessions))) this.sessions.delete(old.facts.id)
  }

  private markOf(client: string): string {
    const mark = this.marks.get(client) ?? `${this.mark}${this.marks.size}.`
    this.marks.set(client, mark)
    return mark
  }

  private find(id: string, { client }: Call): Session {
    const found = this.sessions.get(id)
    if (found === undefined || found.facts.client !== client)
      throw failed(`There is no session ${JSON.stringify(id.slice(0, 50))}; list_sessions shows those there are.`)
    return found
  }
}
