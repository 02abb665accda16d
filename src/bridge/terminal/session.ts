import { type ChildProcess, spawn } from 'node:child_process'
import { constants } from 'node:os'
import { limits } from '../base/limits.ts'
import { failed } from '../base/refusal.ts'
import type { Order } from './agent.ts'
import type { TextMask } from './mask.ts'
import type { Enclosed, SandboxedRun } from './sandbox/enclosed.ts'
import type { Trace } from './traces.ts'
import { Output } from './output.ts'

/** How a command is started: ready-made argv for this process, and how to speak to what it starts. */
export interface CommandStart {
  readonly argv: readonly string[]
  readonly cwd: string | undefined
  readonly env: Readonly<Record<string, string>>
  readonly verbatim: boolean
  /** The command may be given input later; otherwise it reads an empty one. */
  readonly input: boolean
  /** A Windows program prints it. */
  readonly windows: boolean
  /** Set where it runs in the sandbox. */
  readonly enclosed: Enclosed | null
  /** Set where an agent on the other side starts it. */
  readonly order: Order | null
}

export interface TerminalSessionFacts {
  readonly id: string
  readonly command: string
  readonly shell: string
  readonly environment: string
  readonly startedAt: number
  /** The client that started it; it is hidden from others. */
  readonly client: string
  /** A mark that its processes carry in their environment. */
  readonly mark: string
}

/** A process that still runs after its command was ended. */
export interface LeftProcess {
  readonly pid: number
  readonly command: string
  readonly why: string
}

/** One command: its process, its output, its exit code. */
export class Session {
  readonly facts: TerminalSessionFacts
  readonly output: Output
  readonly child: ChildProcess
  exitCode: number | null = null
  ended = false
  /** What its processes inherit besides; null: nothing, as in the sandbox, where none can get away. */
  trace: Trace | null = null
  /** Processes that were still running when it was last ended. */
  left: readonly LeftProcess[] = []
  /** Set once it has begun in the sandbox. */
  stay: SandboxedRun | null = null
  /** Why it could not be started; then nothing ran. */
  trouble: Error | null = null
  /** Settles when it has ended and its output is complete, or has been left open by something it started. */
  readonly over: Promise<void>
  private readonly order: Order | null
  private inputOver = false
  private readonly watchers = new Set<() => void>()

  constructor(facts: TerminalSessionFacts, start: CommandStart, windows: boolean, mask: TextMask) {
    this.facts = facts
    this.output = new Output(start.windows ? 'windows' : 'plain', mask)
    this.order = start.order
    const [program = '', ...args] = start.argv
    const input = start.input || start.order !== null ? 'pipe' : 'ignore'
    this.child = spawn(program, args, {
      cwd: start.cwd,
      env: { ...start.env },
      stdio: [input, 'pipe', 'pipe', ...(start.enclosed === null ? [] : (['pipe', 'pipe', 'pipe'] as const))],
      // A group of its own, so that a signal reaches everything in it.
      detached: !windows,
      windowsHide: true,
      windowsVerbatimArguments: start.verbatim,
    })
    this.child.stdin?.on('error', () => undefined)
    if (start.order !== null) this.child.stdin?.write(`${JSON.stringify(start.order)}\n`)
    for (const stream of ['stdout', 'stderr'] as const) {
      this.child[stream]?.on('data', (bytes: Buffer) => {
        this.output.push(bytes, stream)
        for (const watch of this.watchers) watch()
      })
    }
    this.over = this.settle()
  }

  /** Calls back after each piece of output, until the returned function is called. */
  watch(watcher: () => void): () => void {
    this.watchers.add(watcher)
    return () => this.watchers.delete(watcher)
  }

  /** Gives it input; `end`: and no more will come. */
  send(text: string, end: boolean): void {
    const { id } = this.facts
    if (this.ended) throw failed(`Session ${id} has ended with code ${this.exitCode}; start the command again.`)
    const { stdin } = this.child
    if (stdin === null || (this.order !== null && !this.order.input))
      throw failed(`Session ${id} takes no input; start the command with background: true.`)
    if (this.inputOver || !stdin.writable) throw failed(`The input of session ${id} has ended; start the command again.`)
    if (stdin.writableLength > limits.inputCharacters) throw failed(`Session ${id} does not read its input; stop it or wait.`)
    this.inputOver = end
    if (this.order === null) end ? stdin.end(text) : stdin.write(text)
    else stdin.write(`${JSON.stringify(text)}\n${end ? 'null\n' : ''}`)
  }

  private settle(): Promise<void> {
    return new Promise((resolve) => {
      const finish = () => {
        if (this.ended) return
        this.ended = true
        this.output.finish()
        resolve()
      }
      this.child.on('error', (error) => {
        this.trouble = error
        finish()
      })
      this.child.on('exit', (code, signalName) => {
        // As shells say it; the numbers differ between systems.
        this.exitCode = code ?? 128 + (signalName === null ? 0 : constants.signals[signalName])
        // Something that it left behind may hold its output open for ever; what was printed until now is complete.
        setTimeout(finish, 200).unref()
      })
      this.child.on('close', finish)
    })
  }
}

/** Sessions that tools can name: running commands, and the last that ended. */
export class KeptSessions {
  private readonly sessions = new Map<string, Session>()

  /** Makes a session known by its id; the oldest ended ones are forgotten. */
  keep(session: Session): void {
    this.sessions.set(session.facts.id, session)
    const ended = [...this.sessions.values()].filter((each) => each.ended)
    for (const old of ended.slice(0, Math.max(0, ended.length - limits.endedSessions))) this.sessions.delete(old.facts.id)
  }

  /** Those of one client. */
  of(client: string): readonly Session[] {
    return [...this.sessions.values()].filter(({ facts }) => facts.client === client)
  }

  find(id: string, client: string): Session {
    const found = this.sessions.get(id)
    if (found === undefined || found.facts.client !== client)
      throw failed(`Unknown session ${JSON.stringify(id.slice(0, 50))}; list_sessions shows yours.`)
    return found
  }

  forget(client: string): void {
    for (const { facts } of this.of(client)) this.sessions.delete(facts.id)
  }
}
