import type { CheckResult } from '../../model/check.ts'
import { environmentLabel } from '../participants.ts'
import type { ClientFile, DoctorEntry, Facts, SideFacts } from './facts.ts'

/** A path as a POSIX shell takes it: bare where it can be, else in single quotes. */
export const quoted = (path: string): string => (/^[\w@%+=:,./~-]+$/.test(path) ? path : `'${path.replaceAll("'", "'\\''")}'`)

/** `Claude Desktop (Windows)`; the side is left out where there is only one. */
export const programName = (
  { sides }: Pick<Facts, 'sides'>,
  { client, environment }: Pick<ClientFile, 'client' | 'environment'>,
): string => (sides.length < 2 ? client.label : `${client.label} (${environmentLabel(environment)})`)

/** `tavily in Claude Desktop (Windows)`. */
export const entryName = (facts: Pick<Facts, 'sides'>, file: Pick<ClientFile, 'client' | 'environment'>, name: string): string =>
  `${name} in ${programName(facts, file)}`

/** `a`, `a and b`, `a, b and c`. */
export const list = (words: readonly string[]): string =>
  words.length < 2 ? (words[0] ?? '') : `${words.slice(0, -1).join(', ')} and ${words.at(-1)}`

/** Judges each side; one with nothing to say of it gets a good word, so that it is seen to have been looked at. */
export function perSide(sides: readonly SideFacts[], good: string, judge: (side: SideFacts) => readonly CheckResult[]): CheckResult[] {
  return sides.flatMap((side) => {
    const environment = side.environment.id
    const found = judge(side).map((each) => ({ environment, ...each }))
    return found.length > 0 ? found : [{ level: 'ok' as const, environment, subject: good, message: '' }]
  })
}

/** Judges each client file in the same way. */
export function perFile(facts: Facts, good: string, judge: (file: ClientFile) => readonly CheckResult[]): CheckResult[] {
  return facts.files.flatMap((file) => {
    const environment = file.environment.id
    const found = judge(file).map((each) => ({ environment, ...each }))
    return found.length > 0 ? found : [{ level: 'ok' as const, environment, subject: programName(facts, file), message: good }]
  })
}

/** Every entry of every file that its program reads, with its file. */
export function entriesOf({ files }: Pick<Facts, 'files'>): { readonly file: ClientFile; readonly each: DoctorEntry }[] {
  return files.flatMap((file) => (isRead(file) ? file.entries.map((each) => ({ file, each })) : []))
}

/** False for a file that no program reads: what is in it starts nothing. */
export const isRead = (file: Pick<ClientFile, 'client'>): boolean => file.client.copyOf === undefined

/** Whether a policy says no, as a DWORD or as text: `0x0`, `0` or `false`. */
export const isPolicyOff = (value: string): boolean => /^(?:0x0+|0+|false)$/i.test(value.trim())
