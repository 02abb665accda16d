import { limits } from '../limits.ts'
import type { Call } from '../call.ts'
import type { Session } from './session.ts'
import type { ShellName } from './shells.ts'

/** A command as a tool asks for it. */
export interface ExecuteRequest {
  readonly command: string
  readonly timeoutMs: number
  readonly onTimeout: 'stop' | 'keep'
  readonly shell: ShellName | undefined
  readonly cwd: string | undefined
  readonly environment: string | undefined
  readonly background: boolean
}

/** How it went. */
export interface Executed {
  readonly output: string
  readonly exitCode: number | null
  readonly timedOut: boolean
  /** Where it goes on, or where the output that was left out can be read. */
  readonly session: string | null
  readonly cut: boolean
}

/** Hands new output on as progress, a few times a second. */
export function streamed(call: Call): (text: string) => void {
  let waiting = ''
  let last = -Number.MAX_VALUE
  return (text) => {
    waiting = (waiting + text).slice(-limits.progressCharacters)
    if (performance.now() - last < limits.progressEveryMs) return
    last = performance.now()
    call.progress(waiting)
    waiting = ''
  }
}

/** Settles when a session has printed something or ended, when the time has passed, or when nobody waits any more. */
export function newOutput(session: Session, timeoutMs: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      clearTimeout(timer)
      unwatch()
      signal.removeEventListener('abort', done)
      resolve()
    }
    const timer = setTimeout(done, timeoutMs)
    const unwatch = session.watch(done)
    signal.addEventListener('abort', done, { once: true })
    void session.over.then(done)
  })
}
