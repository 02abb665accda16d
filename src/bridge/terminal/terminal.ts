import { defaultShell } from '../config/options.ts'
import type { Config } from '../config/config.ts'
import { limits } from '../base/limits.ts'
import type { Policy } from '../policy/policy.ts'
import { denied, failed } from '../base/refusal.ts'
import type { Settings } from '../base/settings.ts'
import type { Call } from '../base/call.ts'
import { commandEnvironment } from './environment.ts'
import { endForGood, endOrphansLater, endProcess, type Ender, endSessions, rootsOf } from './ending.ts'
import { demandPlain, type ExecuteRequest, type Executed, newOutput, outcome, streamed } from './execution.ts'
import { beginning, type TextMask } from './mask.ts'
import { Semaphore } from '../base/semaphore.ts'
import { acquireForCommand } from './command-slot.ts'
import { KeptSessions, type Session } from './session.ts'
import { startCommand } from './start-command.ts'
import { belonging, commandLine, markOfBridge, type ProcessFacts } from './tree.ts'
import { notesOn, sandboxTroubles } from './sandbox/notes.ts'
import { Sandbox } from './sandbox/sandbox.ts'

/** The commands of one bridge: runs them, keeps those that go on, and ends all of them when the bridge ends. */
export class Terminal {
  private readonly settings: Settings
  private readonly policy: Policy
  private readonly config: Config
  private readonly mask: TextMask
  readonly sandbox: Sandbox
  private readonly kept = new KeptSessions()
  private readonly semaphore = new Semaphore(limits.sessions, limits.commandsWaiting)
  /** Every running command, kept as a session or not. */
  private readonly running = new Set<Session>()
  private readonly mark: string
  private readonly ender: Ender
  /** The beginning of the marks of each client's commands. */
  private readonly marks = new Map<string, string>()
  /** Clients whose session has ended. */
  private readonly endedClients = new Set<string>()
  private count = 0
  private closed = false

  constructor(settings: Settings, policy: Policy, config: Config, mask: TextMask) {
    this.mask = mask
    this.settings = settings
    this.policy = policy
    this.config = config
    this.ender = { platform: settings.platform, self: settings.pid, systemRoot: settings.variables.SystemRoot }
    this.mark = markOfBridge(settings)
    this.sandbox = new Sandbox(settings, policy, (tag) => commandEnvironment(settings.variables, tag))
    if (settings.terminal === 'sandbox') void this.sandbox.holds()
    if (settings.platform === 'linux') endOrphansLater()
  }

  /** False where commands are off, or their sandbox does not hold. */
  async usable(): Promise<boolean> {
    return this.settings.terminal !== 'off' && (this.settings.terminal === 'on' || (await this.sandbox.holds()))
  }

  /** Problems, in sentences. */
  troubles(): string[] {
    return this.settings.terminal === 'sandbox' ? sandboxTroubles(this.sandbox) : []
  }

  async execute(request: ExecuteRequest, call: Call): Promise<Executed> {
    demandPlain(request)
    await this.demandUsable()
    const own = () => this.kept.of(call.client).filter(({ ended }) => !ended).length
    const timeoutMs = await acquireForCommand(this.semaphore, request, call.signal, own)
    const session = await this.start(request, call).catch((error: unknown) => {
      this.semaphore.release()
      throw error
    })
    void session.over.then(() => this.semaphore.release())
    if (!request.background) return this.wait(session, { ...request, timeoutMs }, call)
    this.kept.keep(session)
    return { output: '', exitCode: null, timedOut: false, session: session.facts.id, cut: false, first: 0, stay: null, notes: [] }
  }

  read(id: string, offset: number | undefined, limit: number | undefined, call: Call) {
    const session = this.kept.find(id, call.client)
    return { session, piece: session.output.read(offset, Math.min(limit ?? limits.outputCharacters, limits.outputCharacters)) }
  }

  /** Waits for output beyond `offset`, for the end, or for `timeoutMs`. */
  async waitForOutput(id: string, offset: number | undefined, timeoutMs: number, call: Call): Promise<void> {
    const session = this.kept.find(id, call.client)
    if (!session.ended && !session.output.unread(offset)) await newOutput(session, offset, timeoutMs, call.signal)
  }

  /** Sends a line of input; `end` closes the input after it. */
  send(id: string, input: string, end: boolean, call: Call): void {
    const session = this.kept.find(id, call.client)
    call.begin()
    session.send(input.endsWith('\n') || (end && input === '') ? input : `${input}\n`, end)
  }

  list({ client }: Call): readonly Session[] {
    return this.kept.of(client)
  }

  /** Ends a kept command and its tree. */
  stop(id: string, call: Call): Promise<Session> {
    return this.end(this.kept.find(id, call.client))
  }

  /** Everything that commands of this client left running. */
  processes({ client }: Call): (ProcessFacts & { readonly command: string })[] {
    const roots = rootsOf([...this.running].filter(({ facts }) => facts.client === client))
    return belonging(this.markOf(client), roots, this.settings.pid).map((facts) => ({ ...facts, command: commandLine(facts) }))
  }

  async kill(pid: number, call: Call): Promise<void> {
    const own = this.processes(call).find((facts) => facts.pid === pid)
    if (pid <= 1 || own === undefined)
      throw denied(`${pid} is not a process that a command of this bridge started; list_processes shows those.`)
    await endProcess(own, limits.graceMs)
  }

  /** Ends everything that a client started, when its session has ended. */
  async endClient(client: string): Promise<void> {
    this.endedClients.add(client)
    this.kept.forget(client)
    const mark = this.marks.get(client)
    const sessions = [...this.running].filter(({ facts }) => facts.client === client)
    if (mark !== undefined) await endForGood(sessions, [mark], this.ender, limits.graceMs)
  }

  async close(): Promise<void> {
    this.closed = true
    this.semaphore.close()
    // Even with nothing running: a command that ended may have left something behind.
    if (this.count > 0) await endForGood([...this.running], [this.mark], this.ender, limits.graceMs / 3)
  }

  private async demandUsable(): Promise<void> {
    if (this.settings.terminal === 'off') throw denied('Commands are switched off; a person can set bridge.terminal in the manifest.')
    if (!(await this.usable()))
      throw denied(`Commands are switched off, since their sandbox does not hold: ${this.sandbox.trouble}. Nothing is run without it.`)
  }

  private start(request: ExecuteRequest, call: Call): Promise<Session> {
    const { settings, policy, mask } = this
    const { client } = call
    const count = ++this.count
    const preset = this.config.get(defaultShell)
    const context = {
      ...{ settings, policy, mask, client, id: `t${count}`, tag: `${this.markOf(client)}${count}.` },
      preset: preset === 'auto' ? null : preset,
      sandbox: settings.terminal === 'sandbox' ? this.sandbox : null,
    }
    return startCommand(request, context, {
      mayStart: () => {
        if (this.closed || call.signal.aborted) throw failed('The call was cancelled before the command was started.')
        if (this.endedClients.has(client)) throw denied('Nothing is run: the session of this token has ended.')
        call.begin()
      },
      started: (session) => {
        this.running.add(session)
        void session.over.then(() => this.running.delete(session))
      },
    })
  }

  private async wait(session: Session, request: ExecuteRequest, call: Call): Promise<Executed> {
    const unwatch = session.watch(streamed(call, session))
    const how = await outcome(session, request.timeoutMs, call.signal)
    unwatch()
    const goesOn = how === 'time' && request.onTimeout === 'keep'
    if (how !== 'over' && !goesOn) await this.end(session)
    const { text, cut, first } = session.output.summary(limits.outputCharacters)
    if (goesOn || cut) this.kept.keep(session)
    const notes = goesOn ? [] : await this.notes(session)
    return {
      output: text,
      exitCode: how === 'over' ? session.exitCode : null,
      timedOut: how === 'time',
      session: goesOn || cut ? session.facts.id : null,
      ...{ cut, first, notes },
      stay: goesOn ? null : session.stay,
    }
  }

  /** Sentences for the answer about a command that has ended, besides its output. */
  async notes({ ended, stay, output, left }: Session): Promise<string[]> {
    const notEnded = left.map(({ pid, command, why }) => `Not ended: ${pid} (${beginning(command, 100, this.mask)}): ${why}.`)
    if (!ended || stay === null) return notEnded
    await stay.looked
    return [...notesOn(stay, output.newest(0, limits.progressCharacters).text, this.sandbox.quotas), ...notEnded]
  }

  private async end(session: Session): Promise<Session> {
    session.left = await endSessions([session], [session.facts.mark], this.ender, limits.graceMs)
    await Promise.race([session.over, new Promise((resolve) => setTimeout(resolve, limits.graceMs).unref())])
    return session
  }

  private markOf(client: string): string {
    const mark = this.marks.get(client) ?? `${this.mark}${this.marks.size}.`
    this.marks.set(client, mark)
    return mark
  }
}
