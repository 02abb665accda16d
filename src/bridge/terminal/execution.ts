import { limits } from '../base/limits.ts'
import type { Call } from '../base/call.ts'
import { failed } from '../base/refusal.ts'
import type { SandboxedRun } from './sandbox/enclosed.ts'
import type { Session } from './session.ts'
import type { ShellName } from './shells.ts'

/** The arguments of execute_command. */
export interface ExecuteRequest {
  readonly command: string
  readonly timeoutMs: number
  readonly onTimeout: 'stop' | 'keep'
  readonly shell: ShellName | undefined
  readonly cwd: string | undefined
  readonly environment: string | undefined
  readonly background: boolean
}

/** The result of a command. */
export interface Executed {
  readonly output: string
  readonly exitCode: number | null
  readonly timedOut: boolean
  /** The session in which it still runs, or which holds the output that was left out. */
  readonly session: string | null
  readonly cut: boolean
  /** Where the output that can still be read begins. */
  readonly first: number
  /** Set where it ran in the sandbox. */
  readonly stay: SandboxedRun | null
  /** More for the answer, in sentences. */
  readonly notes: readonly string[]
}

/** Refuses NUL characters, which no argument of a program can hold. */
export function demandPlain({ command, cwd }: ExecuteRequest): void {
  const name = command.includes('\0') ? 'command' : cwd?.includes('\0') ? 'cwd' : null
  if (name !== null) throw failed(`Nothing is run: "${name}" holds a NUL character, which no system takes; leave it out.`)
}

/** Sends new output as progress, a few times a second. */
export function streamed(call: Call, { output }: Session): () => void {
  let from = 0
  let last = -Number.MAX_VALUE
  return () => {
    if (performance.now() - last < limits.progressEveryMs) return
    const { text, next } = output.newest(from, limits.progressCharacters)
    if (text === '') return
    last = performance.now()
    from = next
    call.progress(text)
  }
}

/** Settles on output beyond `offset`, at the end of the session, after `timeoutMs`, or on abort. */
export function newOutput(session: Session, offset: number | undefined, timeoutMs: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      clearTimeout(timer)
      unwatch()
      signal.removeEventListener('abort', done)
      resolve()
    }
    const timer = setTimeout(done, timeoutMs)
    const unwatch = session.watch(() => {
      if (session.output.unread(offset)) done()
    })
    signal.addEventListener('abort', done, { once: true })
    void session.over.then(done)
  })
}

/** Whether a command ends, its time passes or its call is cancelled first. */
export function outcome(session: Session, timeoutMs: number, signal: AbortSignal): Promise<'over' | 'time' | 'cancelled'> {
  return new Promise((resolve) => {
    const timer = setTimeout(() => resolve('time'), timeoutMs)
    const cancel = () => resolve('cancelled')
    if (signal.aborted) cancel()
    signal.addEventListener('abort', cancel, { once: true })
    void session.over
      .then(() => resolve('over'))
      .finally(() => {
        clearTimeout(timer)
        signal.removeEventListener('abort', cancel)
      })
  })
}
