import type { TokenFacts } from '../../core/doctor/facts.ts'
import { TwinError } from '../../errors.ts'
import { type ReachablePath, reachable } from '../../model/path.ts'
import { sessionFileSchema } from '../../model/session.ts'
import type { System } from '../../model/system.ts'
import { openSessions } from '../store/sessions.ts'
import { hasModes } from '../machine/modes.ts'
import { readJson } from './place.ts'

/** The sessions of the bridge's listeners, without a token or its hash. */
export async function observeTokens(system: System, folder: ReachablePath, side: string): Promise<TokenFacts> {
  const here = reachable(`${folder}/sessions.json`)
  const facts = await system.files.look(here, 'follow')
  const isOpen = facts !== null && (facts.mode & 0o077) !== 0 && (await hasModes(system, here))
  const base = { shown: here, here, openMode: isOpen ? facts.mode : null }
  try {
    const alive = (await openSessions(system, folder, side).list()).length
    const kept = sessionFileSchema.safeParse(await readJson(system, here))
    const aheadMs = kept.success ? Math.max(0, kept.data.seenAt - system.now()) : 0
    return { ...base, damaged: null, alive, aheadMs }
  } catch (error) {
    if (!(error instanceof TwinError)) throw error
    return { ...base, damaged: error.message, alive: 0, aheadMs: 0 }
  }
}
