import { EXIT, TwinError } from '../../errors.ts'
import type { System } from '../../model/system.ts'
import { type Accounts, readAccounts } from './ownership-accounts.ts'
import type { Fault } from './ownership-faults.ts'

/** Code of the error that refuses what others decide about. */
export const notYours = 'not-yours'

const octal = (mode: number): string => (mode & 0o7777).toString(8).padStart(4, '0')

const wordsOf = ({ path, kind, id, mode }: Fault, accounts: Accounts): string => {
  if (kind === 'owner') return `${path} belongs to ${accounts.user(id)}`
  const who = kind === 'world' ? 'every user of this computer' : `everyone in the group ${accounts.group(id)}`
  return `${path} can be written by ${who} (mode ${octal(mode)})`
}

/** Faults in words, one part of a sentence each. */
export async function describeFaults(system: System, faults: readonly Fault[]): Promise<string[]> {
  const accounts = await readAccounts(system)
  return faults.map((fault) => wordsOf(fault, accounts))
}

/** The error that refuses what others decide about; `hint` is the way out. */
export async function refusal(system: System, faults: readonly Fault[], hint: string): Promise<TwinError> {
  const said = (await describeFaults(system, faults)).join('; ')
  return new TwinError(notYours, `${said}. It is not used: others could decide what is started.`, {
    exit: EXIT.usage,
    place: { file: faults[0]?.path ?? '' },
    hint,
  })
}
