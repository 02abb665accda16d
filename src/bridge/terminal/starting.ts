import { constants } from 'node:fs'
import { accessTrouble } from '../base/access.ts'
import { codeOf, failed, type Refusal } from '../base/refusal.ts'
import type { Mask } from './mask.ts'
import { Session, type SessionFacts, type Start } from './session.ts'

/** Starts a command. What the system does not let start is thrown as a refusal, by this or by `demandStarted`. */
export function startSession(facts: SessionFacts, start: Start, windows: boolean, mask: Mask): Session {
  try {
    return new Session(facts, start, windows, mask)
  } catch (error) {
    throw notStarted(error, start)
  }
}

/** Some troubles node throws, of others it tells by an event (child_process): of these only a process without an id is known at once. */
export async function demandStarted(session: Session, start: Start): Promise<void> {
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
  ENOENT: 'is not there any more',
  ENOTDIR: 'is not there any more',
  EACCES: 'may not be used by this user',
  EPERM: 'may not be used by this user',
  ENOEXEC: 'is no program of this system',
}

function notStarted(error: unknown, { argv: [program = ''], cwd }: Start): Refusal {
  const code = codeOf(error)
  if (code === '') throw error
  const meaning = meanings[code] ?? `cannot be started, the system answered ${code}`
  if (meaning.includes(';')) return failed(`Nothing is run: ${meaning}.`)
  // The same code is given for the program and for the folder that it was to start in.
  if (cwd !== undefined && !canEnter(cwd)) return failed(`Nothing is run: the folder ${cwd} ${meaning}; name another as cwd.`)
  return failed(`Nothing is run: ${program} ${meaning}; name another shell.`)
}

/** Whether this user may work in a folder. */
export const canEnter = (folder: string): boolean => accessTrouble(folder, constants.X_OK) === ''
