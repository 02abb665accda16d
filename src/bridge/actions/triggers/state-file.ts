import { createHash } from 'node:crypto'
import { join } from 'node:path'
import { isObject } from '../../../core/object.ts'
import { limits } from '../../base/limits.ts'
import type { IsLive } from '../../handoff/claims.ts'
import type { Store } from '../../store/store.ts'
import { type Action, actionOf, type ActionRow, listColumns } from '../action.ts'
import { readOwn, refuseText, replaceOwn, stampAt } from './folder.ts'
import type { Intake, Offer } from './intake.ts'
import { checkDepth, checkTrigger, Unfit } from './signed.ts'

/** The facts in the file about the bridge that writes it. */
export interface BridgeInfo {
  readonly pid: number
  readonly startedAt: number
  /** Null: there is no HTTP listener. */
  port(): number | null
}

export interface StateFileOptions {
  /** `bridge/`. */
  readonly folder: string
  readonly platform: NodeJS.Platform
  readonly store: Store
  readonly intake: Intake
  readonly info: BridgeInfo
  readonly isLive: IsLive
  now(): number
  /** Returns the text without keys. */
  redact(text: string): string
}

/**
 * `bridge/session_state.json`: the queue, for programs that only read files, and a way in for signed objects in its list of actions.
 * The bridge replaces the whole file, so what another program writes at the same moment can be lost: `triggers/` is the reliable way.
 */
export class StateFile {
  readonly path: string
  private readonly options: StateFileOptions
  /** The stamp of the file that this bridge wrote last. */
  private stamp = ''
  /** The stamp of another program's version whose entries were taken up or refused; the next `write` replaces it. */
  private seen = ''
  private tornSince: number | null = null

  constructor(options: StateFileOptions) {
    this.options = options
    this.path = join(options.folder, 'session_state.json')
  }

  /** Takes up what other programs wrote into the file. True: the file has to be written again. */
  async look(): Promise<boolean> {
    const stamp = await stampAt(this.path)
    if (stamp === '' || stamp === this.stamp) return stamp === ''
    if (stamp === this.seen) return false
    const { platform, folder, intake, now } = this.options
    try {
      const found = await readOwn(this.path, platform, limits.stateBytes)
      if (found === null) return true
      const entries = entriesIn(found.text)
      this.tornSince = null
      const known = await this.known(entries)
      // The plain records of the queue, of which the file may hold as many, do not count.
      await intake.take(entries.flatMap((entry) => this.offerOf(entry, known)).slice(0, limits.stateActions))
      this.seen = found.stamp
      return true
    } catch (error) {
      if (!(error instanceof Unfit)) throw error
      this.tornSince ??= now()
      if (error.isTorn && now() - this.tornSince < limits.triggerTornMs) return false
      this.tornSince = null
      await refuseText(join(folder, 'triggers'), 'session_state.json', '', error.message)
      this.seen = stamp
      return true
    }
  }

  /** Writes the queue as it is now. `status`: whether this bridge goes on. */
  async write(status: 'running' | 'stopped'): Promise<void> {
    const { store, now, isLive, info, redact } = this.options
    const at = now()
    const rows = await store.read((database) =>
      database.all<ActionRow>(
        `SELECT ${listColumns} FROM actions WHERE status IN ('pending', 'claimed', 'running', 'needs_user') OR finished > ? ORDER BY n DESC LIMIT ?`,
        ...[at - limits.stateEndedMs, limits.stateActions],
      ),
    )
    const port = info.port()
    const document = {
      last_updated: at,
      active_conversation: null,
      pending_actions: rows.reverse().map((row) => plain(actionOf(row, isLive, at))),
      bridge_info: {
        ...{ status, timestamp: at, pid: info.pid },
        mcp_server: { status, port, started_at: info.startedAt, pid: info.pid },
      },
    }
    this.stamp = await replaceOwn(this.path, redact(`${JSON.stringify(document, null, 2)}\n`))
  }

  /** The ids in the entries that are actions of the queue already. */
  private async known(entries: readonly unknown[]): Promise<ReadonlySet<string>> {
    const ids = entries.flatMap((entry) => (isObject(entry) && typeof entry.id === 'string' ? [entry.id] : []))
    return this.options.store.read(
      (database) => new Set(ids.filter((id) => database.get('SELECT 1 AS one FROM actions WHERE id = ?', id) !== undefined)),
    )
  }

  private offerOf(entry: unknown, known: ReadonlySet<string>): Offer[] {
    if (isObject(entry) && entry.payload === undefined && typeof entry.id === 'string' && known.has(entry.id)) return []
    const text = JSON.stringify(entry)
    const name = `session_state-${createHash('sha256').update(text).digest('hex').slice(0, 12)}.json`
    return [
      {
        ...{ name, source: name },
        check: (signers, now) => checkTrigger(entry, signers, now),
        taken: async () => undefined,
        refused: (reason) => refuseText(join(this.options.folder, 'triggers'), name, text, reason),
      },
    ]
  }
}

function entriesIn(text: string): readonly unknown[] {
  let state: unknown
  try {
    state = JSON.parse(text)
  } catch {
    throw new Unfit('session_state.json is no JSON', true)
  }
  checkDepth(state, 'session_state.json')
  const entries = isObject(state) ? state.pending_actions : null
  if (!Array.isArray(entries)) throw new Unfit('session_state.json has no list "pending_actions"')
  return entries
}

/** An action as the file shows it, without long params and results. */
function plain({ id, type, params, timestamp, status, from, to, result, unread }: Action) {
  return {
    ...{ id, type, params, timestamp, status, from, to: to ?? 'any' },
    ...(unread.params !== undefined && { params_left_out: true }),
    ...(unread.result === undefined ? result !== null && { result } : { result_left_out: true }),
  }
}
