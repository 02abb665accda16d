import { limits } from '../base/limits.ts'
import { failed } from '../base/refusal.ts'
import type { ExecuteRequest } from './execution.ts'
import type { Mask } from './mask.ts'
import { type Ground, prepareStart } from './preparing.ts'
import type { Session } from './session.ts'
import type { ShellName } from './shells.ts'
import { demandStarted, startSession } from './starting.ts'
import { traceOf, withTrace } from './traces.ts'

interface StartGround extends Ground {
  readonly mask: Mask
  readonly id: string
  readonly client: string
  /** The configured shell; null: the usual one of the side. */
  readonly preset: ShellName | null
}

interface Hooks {
  /** Called when everything has been checked, right before the start; throws where it may not be any more. */
  mayStart(): void
  /** Called as soon as there is a process. */
  started(session: Session): void
}

/** Starts a command by its shell, in the sandbox where there is one. Throws a refusal where that cannot be. */
export async function startCommand(request: ExecuteRequest, ground: StartGround, hooks: Hooks, tries = 1): Promise<Session> {
  const { settings, mask, id, client, tag, preset, sandbox } = ground
  const input = request.background || request.onTimeout === 'keep'
  const { start, shell, environment } = await prepareStart({ ...request, input, preset }, ground)
  hooks.mayStart()
  const facts = { id, command: request.command, shell, environment, startedAt: settings.now(), client, mark: tag }
  const begin = () => startSession(facts, start, settings.platform === 'win32', mask)
  const { started: session, value } = withTrace(begin, settings.random)
  // Out of a sandbox nothing gets away.
  if (start.enclosed === null) session.trace = traceOf(value, session.child.pid)
  hooks.started(session)
  await demandStarted(session, start)
  if (sandbox === null || start.enclosed === null) return session
  const stay = await sandbox.confine(session.child, start.enclosed, session.over, client)
  if (typeof stay !== 'string') {
    session.stay = stay
    return session
  }
  await session.over
  // The allowed folders changed in between; or bubblewrap fails, which it then does every time.
  if (tries < limits.sandboxTries) return startCommand(request, ground, hooks, tries + 1)
  const said = session.output.summary(limits.startTroubleCharacters).text.trim()
  throw failed(`Nothing is run: the sandbox could not be laid out, since ${stay}${said === '' ? '' : ` (${said})`}; try again.`)
}
