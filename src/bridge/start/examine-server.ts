import type { StoreServerFacts } from '../../core/doctor/bridge-facts.ts'
import { Refusal } from '../base/refusal.ts'
import type { Settings } from '../base/settings.ts'
import { addressIn, filledIn, shownAddress } from '../machines/address.ts'
import { copyState, notTheSame } from '../machines/recognising.ts'
import { type JoinedServer, joinedTo } from '../machines/copy.ts'
import { serverSchema } from '../machines/schema.ts'
import type { ServerFacts } from '../machines/server.ts'
import { outboxCounts } from '../machines/outbox.ts'
import { hasOutbox, isCopy } from '../store/connection.ts'
import { SqlError } from '../store/database.ts'
import { chooseEngine } from '../store/engine.ts'
import { StorePlace } from '../store/place.ts'

export interface ServerExamination {
  readonly settings: Pick<Settings, 'folder' | 'platform' | 'keyNamed'>
  readonly arch: string
  /** The server that the manifest names; null: none. */
  readonly named: string | null
  /** False: the server is not asked. */
  readonly asks: boolean
  now(): number
}

/** What is wrong with the store server, without writing anything; null where no server is named or joined. */
export async function examineServer(work: ServerExamination): Promise<StoreServerFacts | null> {
  const { named } = work
  const sound = { unsent: 0, unsentMs: 0, refused: null, trouble: null, isPlain: false, isNewer: false, clockMs: 0 }
  try {
    const copy = copyOf(work)
    if (copy === null) return named === null ? null : { ...sound, address: shownAddress(named), isJoined: false }
    const { server, state, outbox } = copy
    const unsentMs = outbox.oldest === null ? 0 : work.now() - outbox.oldest
    const found = {
      ...sound,
      unsent: outbox.unsent,
      unsentMs,
      refused: outbox.refused,
      address: shownAddress(server.url),
      isJoined: true,
      isPlain: server.isPlain === true,
    }
    if (!work.asks) return found
    try {
      const { id, last, schema, clock: clockMs } = await askedOf(server, work)
      return { ...found, trouble: notTheSame({ id, last }, state), isNewer: schema > serverSchema, clockMs }
    } catch (error) {
      if (error instanceof Error && ['Unreachable', 'Refusal'].includes(error.name)) return { ...found, trouble: error.message }
      throw error
    }
  } catch (error) {
    // What is wrong with the file itself another check says.
    if (error instanceof Refusal || error instanceof SqlError) return null
    throw error
  }
}

/** How many writes of this machine no store server has yet; 0 where the store is no copy, or cannot be read. Nothing is written. */
export function unsentIn(settings: Pick<Settings, 'folder' | 'platform'>, arch: string): number {
  try {
    return copyOf({ settings, arch })?.outbox.unsent ?? 0
  } catch (error) {
    if (error instanceof Refusal || error instanceof SqlError) return 0
    throw error
  }
}

/** Of which server the store is a copy, and how much of it; null: of none. */
function copyOf({
  settings: { folder, platform },
  arch,
}: {
  readonly settings: Pick<Settings, 'folder' | 'platform'>
  readonly arch: string
}) {
  const place = new StorePlace(folder)
  const generation = place.generation()
  if (generation === null || place.isEmpty(generation)) return null
  const database = chooseEngine(platform, arch).open(place.database(generation))
  try {
    database.exec('PRAGMA query_only = ON')
    if (!isCopy(database)) return null
    const outbox = hasOutbox(database) ? outboxCounts(database) : { unsent: 0, oldest: null, refused: null }
    return { server: joinedTo(database), state: copyState(database), outbox }
  } finally {
    database.close()
  }
}

async function askedOf(server: JoinedServer, { settings, now }: ServerExamination): Promise<ServerFacts> {
  // The driver is loaded only where there is something to ask.
  const { ServerConnection } = await import('../machines/server.ts')
  const nothing = () => undefined
  const address = addressIn(await filledIn(server.url, settings))
  const connection = await ServerConnection.open({ address, trust: server, machine: server.machine, onNews: nothing, onEnd: nothing }, now)
  await connection.close()
  return connection.facts
}
