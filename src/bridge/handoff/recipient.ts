import { clients } from '../../catalog/clients/index.ts'
import { nearest } from '../../core/nearest.ts'
import { inQuotes, quoteInLine } from '../base/quote.ts'
import { failed } from '../base/refusal.ts'
import { cut } from '../base/text.ts'
import type { Store } from '../store/store.ts'
import { hereOf, machinesIn, onOne, partsOf } from './addressed.ts'
import { namesIn } from './programs.ts'

/** A person at a terminal, and what a bridge does by itself: authors that take nothing. */
const noPrograms = ['', 'terminal', 'unknown']
const namedAtMost = 20

/** What is needed to know who there is. */
export interface KnownRecipients {
  /** The client that names somebody, and that of the bridge. */
  readonly here: readonly string[]
  /** Clients that take part, by their ids; absent: all that there are definitions of. */
  readonly takingPart?: readonly string[] | undefined
  readonly now: number
}

/** As people type names: in any case, with blanks or dashes, or without. */
const plain = (name: string): string => name.toLowerCase().replace(/[\s_-]+/gu, '')

/** The id of the client that is called so, by its id, label or short form; a name of no client as it is. Nothing is looked up. */
export const clientCalled = (name: string): string =>
  clients.find(({ id, label, short }) => [id, label, short].some((each) => each !== undefined && plain(each) === plain(name)))?.id ?? name

/** The ids of programs that things can be addressed to, without `any`. */
export async function recipients(store: Store, { here, takingPart, now }: KnownRecipients): Promise<readonly string[]> {
  const names = await store.read((database) => namesIn(database, now))
  const own = clients.filter(
    ({ id, copyOf, short }) => copyOf === undefined && (short !== undefined || takingPart === undefined || takingPart.includes(id)),
  )
  return [...new Set([...own.map(({ id }) => id), ...names, ...here])].filter((name) => !noPrograms.includes(name))
}

/**
 * The client that `to` names by id, label, short form, or the name of a recent connection, with its machine where one is named. Null
 * for `any` or nothing: every client but the caller. Throws a Refusal that names the known programs, or machines.
 */
export async function recipient(store: Store, to: string | undefined, known: KnownRecipients): Promise<string | null> {
  const at = to?.lastIndexOf('@') ?? -1
  // A program may have the sign in its own name.
  if (to === undefined || at < 1 || (await recipients(store, known)).includes(to)) return program(store, to, known)
  const machine = await machineCalled(store, to.slice(at + 1))
  return onOne(await program(store, to.slice(0, at), known), machine)
}

/** As `recipient`, for what stays on this machine. `what` it is, for the Refusal where another machine is named. */
export async function recipientHere(store: Store, to: string | undefined, known: KnownRecipients, what: string): Promise<string | null> {
  const found = await recipient(store, to, known)
  const here = await store.read(hereOf)
  const { client, machine } = partsOf(found ?? 'any')
  if (here === null || machine === null) return found
  if (machine !== here)
    throw failed(`${what} on this machine, which is ${here}, so it is not for ${found}; handoff_create reaches that one.`)
  return client === 'any' ? null : client
}

/** The name of a machine, which is typed in any case. Throws a Refusal that names those there are. */
async function machineCalled(store: Store, name: string): Promise<string> {
  const here = await store.read(hereOf)
  const named = inQuotes(cut(name, 100))
  if (here === null)
    throw failed(`The store is on this machine alone, so nothing reaches a machine called ${named}; leave "@" and its name out.`)
  const machines = [...new Set([here, ...(await store.read(machinesIn))])]
  const found = machines.find((each) => each === name) ?? machines.find((each) => each.toLowerCase() === name.toLowerCase())
  if (found !== undefined) return found
  const near = nearest(name, machines)
  throw failed(`No machine is called ${named}; there are ${machines.join(', ')}.${near === null ? '' : ` Did you mean ${inQuotes(near)}?`}`)
}

async function program(store: Store, to: string | undefined, known: KnownRecipients): Promise<string | null> {
  if (to === undefined || plain(to) === 'any') return null
  const there = await recipients(store, known)
  if (there.includes(to)) return to
  const isMeant = (...names: readonly (string | undefined)[]) => names.some((name) => name !== undefined && plain(name) === plain(to))
  const client = clients.find(({ id, label, short }) => there.includes(id) && isMeant(id, label, short))
  const found = client?.id ?? there.find((name) => isMeant(name))
  if (found !== undefined) return found
  const near = nearest(to, [
    ...there,
    ...clients.flatMap(({ id, short }) => (short !== undefined && there.includes(id) ? [short] : [])),
    'any',
  ])
  const named = there.slice(0, namedAtMost).map(quoteInLine)
  const more = there.length > namedAtMost ? [`${there.length - namedAtMost} more`] : []
  const meant = near === null ? '' : ` Did you mean ${inQuotes(near)}?`
  throw failed(`No program is called ${inQuotes(cut(to, 100))}; there are ${[...named, ...more, 'any'].join(', ')}.${meant}`)
}
