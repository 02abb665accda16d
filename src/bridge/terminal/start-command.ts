import { limits } from '../base/limits.ts'
import { codeOf, failed, type Refusal } from '../base/refusal.ts'
import type { ExecuteRequest } from './execution.ts'
import type { TextMask } from './mask.ts'
import { Session, type TerminalSessionFacts, type CommandStart } from './session.ts'
import type { ShellName } from './shells.ts'
import { canEnter, planStart, type StartContext } from './start-plan.ts'
import { traceOf, withTrace } from './traces.ts'

interface CommandContext extends StartContext {
  readonly mask: TextMask
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

/** Starts a command in its shell, in the sandbox where there is one. Throws a refusal. */
export async function startCommand(request: ExecuteRequest, context: CommandContext, hooks: Hooks, tries = 1): Promise<Session> {
  const { settings, mask, id, client, tag, preset, sandbox } = context
  const input = request.background || request.onTimeout === 'keep'
  const { start, shell, environment } = await planStart({ ...request, input, preset }, context)
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
  if (tries < limits.sandboxTries) return startCommand(request, context, hooks, tries + 1)
  const said = session.output.summary(limits.startTroubleCharacters).text.trim()
  throw failed(`Nothing is run: the sandbox could not be laid out, since ${stay}${said === '' ? '' : ` (${said})`}; try again.`)
}

/** Starts a command. Throws a refusal where the system cannot; some errors come only with `demandStarted`. */
export function startSession(facts: TerminalSessionFacts, start: CommandStart, windows: boolean, mask: TextMask): Session {
  try {
    return new Session(facts, start, windows, mask)
  } catch (error) {
    throw notStarted(error, start)
  }
}

/** Throws what node reports by an event rather than an exception (child_process); the process then has no id. */
export async function demandStarted(session: Session, start: CommandStart): Promise<void> {
  if (session.child.pid !== undefined) return
  await session.over
  throw notStarted(session.trouble, start)
}

const meanings: Readonly<Record<string, string>> = {
  E2BIG: 'the command is longer than the system takes in one; write it to a file and run that',
  EAGAIN: 'this user has as many processes as the system allows; end some and try again',
  ENOMEM: 'the memory is used up; end some programs and try again',
  EMFILE: 'too many files are open; try again',
  ENFILE: 'too many files are open; try again',
  ENOENT: 'no longer exists',
  ENOTDIR: 'no longer exists',
  EACCES: 'may not be used by this user',
  EPERM: 'may not be used by this user',
  ENOEXEC: 'is no program of this system',
}

function notStarted(error: unknown, { argv: [program = ''], cwd }: CommandStart): Refusal {
  const code = codeOf(error)
  if (code === '') throw error
  const meaning = meanings[code] ?? `cannot be started, the system answered ${code}`
  if (meaning.includes(';')) return failed(`Nothing is run: ${meaning}.`)
  // The same code is given for the program and for the folder that it was to start in.
  if (cwd !== undefined && !canEnter(cwd)) return failed(`Nothing is run: the folder ${cwd} ${meaning}; name another as cwd.`)
  return failed(`Nothing is run: ${program} ${meaning}; name another shell.`)
}
