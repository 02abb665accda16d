import { failed } from '../base/refusal.ts'
import type { Store } from '../store/store.ts'
import type { Transaction } from '../store/transaction.ts'
import { seenBy } from './apply.ts'
import { noAuthor } from './outgoing.ts'
import { serverSchema } from './schema.ts'
import type { ServerFacts } from './server.ts'

/** Under which name it keeps the id of the server's database. */
const serverIdName = 'server id'

/** How much of a server a copy holds. */
export interface CopyState {
  /** The number up to which it holds everything. */
  readonly seen: number
  /** The id of the server's database; null: it was never connected. */
  readonly known: string | null
}

export const copyState = (database: Pick<Transaction, 'get'>): CopyState => ({
  seen: seenBy(database),
  known: database.get<{ value: string }>('SELECT value FROM meta WHERE name = ?', serverIdName)?.value ?? null,
})

/** Why a server is not the one that the copy is of; null: it is. */
export function notTheSame({ id, last }: Pick<ServerFacts, 'id' | 'last'>, { seen, known }: CopyState): string | null {
  if (known !== null && known !== id)
    return 'The store server has another database than before, so nothing is sent to it. What this machine holds stays readable.'
  if (last >= seen) return null
  return `The store server is older than it was: ${seen - last} changes are missing there, as after a backup was restored. Nothing is sent to it; what this machine holds stays readable.`
}

/** Why nothing may be sent to a server; null: nothing is in the way. What this program writes might break what a newer one means by it. */
export const whyUnsent = (facts: Pick<ServerFacts, 'id' | 'last' | 'schema'>, state: CopyState): string | null =>
  notTheSame(facts, state) ??
  (facts.schema > serverSchema
    ? 'The store server has the schema of a newer mcp-twin, so nothing is sent to it. Update mcp-twin on this machine; what it holds stays readable.'
    : null)

export const keepServerId = ({ run }: Pick<Transaction, 'run'>, id: string): number =>
  run('INSERT OR REPLACE INTO meta (name, value) VALUES (?, ?)', serverIdName, id)

/** Throws where a server is not the one whose changes the copy holds, or has lost some of them: nothing is sent to it then. */
export async function recognise(store: Pick<Store, 'read' | 'take'>, facts: ServerFacts): Promise<void> {
  const state = await store.read(copyState)
  if (state.known === null) await store.take(noAuthor, (transaction) => keepServerId(transaction, facts.id))
  const trouble = whyUnsent(facts, state)
  if (trouble !== null) throw failed(trouble)
}
