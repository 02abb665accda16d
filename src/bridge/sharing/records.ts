import type { ListedTool, ToolList } from '../../core/foreign/tools-file.ts'
import { isObject } from '../../core/object.ts'
import { limits } from '../base/limits.ts'
import { cut } from '../base/text.ts'
import type { CleanResult } from '../foreign/answer.ts'
import type { Database, Row } from '../store/database.ts'
import type { Transaction } from '../store/transaction.ts'

/** How a call ended. `lost`: its bridge ended in the middle of it, so it may have been carried out. */
export type CallOutcome = 'running' | 'done' | 'error' | 'cancelled' | 'lost'

/** A call of a shared server's tool, as search_history shows it. */
export interface Recorded {
  readonly id: string
  readonly server: string
  readonly tool: string
  /** As they were sent, without keys; a text where they are too long to be kept whole. */
  readonly arguments: unknown
  readonly outcome: CallOutcome
  /** The beginning of the answer's text. */
  readonly head: string
  readonly bytes: number
  /** How often its result was used again. */
  readonly used: number
  readonly by: string
  readonly at: number
}

interface SearchRow extends Row {
  id: string
  server: string
  tool: string
  arguments: string
  outcome: CallOutcome
  head: string
  bytes: number
  used: number
  client: string
  at: number
}

export interface Begun {
  readonly id: string
  readonly server: string
  readonly tool: string
  /** JSON without keys. */
  readonly arguments: string
  /** Equal for calls that may use each other's answers; null: this one's answer is not used again. */
  readonly key: string | null
}

/** Records that a request is about to go out. */
export function begin({ run, author, machine, now }: Transaction, { id, server, tool, key, ...call }: Begun): void {
  const kept = cut(call.arguments, limits.searchArguments)
  run(
    `INSERT INTO searches (id, server, tool, arguments, key, outcome, bytes, client, session, machine, at)
       VALUES (?, ?, ?, ?, ?, 'running', ?, ?, ?, ?, ?)`,
    ...[id, server, tool, kept, key, Buffer.byteLength(kept), author.client, author.session, machine, now],
  )
}

/** Records how a call ended, and removes records that are too old or too many. */
export function end(transaction: Transaction, id: string, outcome: CallOutcome, result: CleanResult | null): void {
  const text = result === null ? null : JSON.stringify(result)
  const head = result === null ? '' : cut(textIn(result), limits.searchHead)
  transaction.run(
    'UPDATE searches SET outcome = ?, result = ?, head = ?, bytes = bytes + ? WHERE id = ?',
    ...[outcome, text, head, Buffer.byteLength(text ?? ''), id],
  )
  transaction.changed('search', id)
  prune(transaction, transaction.now)
}

const textIn = ({ content }: CleanResult): string => content.flatMap((part) => (part.type === 'text' ? [part.text] : [])).join('\n')

function prune({ run, get }: Database, now: number): void {
  run('DELETE FROM searches WHERE at < ?', now - limits.searchesKeptMs)
  while ((get<{ bytes: number }>('SELECT total(bytes) AS bytes FROM searches')?.bytes ?? 0) > limits.searchesKept)
    run('DELETE FROM searches WHERE n IN (SELECT n FROM searches ORDER BY at, n LIMIT 10)')
}

/** Whether a tool says that it changes nothing. */
export const reads = ({ annotations }: ListedTool): boolean => annotations.readOnlyHint === true

/**
 * After a call of `called`: what tools answered before that are used again because they only read is used no more, unless it says the
 * same of itself. By its id it stays readable. An answer that the manifest lets be used again stays, whatever else is called.
 */
export function outdate({ run }: Database, server: string, { tools }: ToolList, called: string): void {
  const tool = tools.find(({ name }) => name === called)
  if (tool === undefined || tool.cache === true || reads(tool)) return
  for (const each of tools)
    if (each.cache === true && reads(each))
      run('UPDATE searches SET key = NULL WHERE key IS NOT NULL AND server = ? AND tool = ?', server, each.name)
}

/** Marks calls that the holder before left unfinished as lost: they may have been carried out, and have changed what others answered. */
export function giveUp({ run }: Database): void {
  run(
    `UPDATE searches SET key = NULL WHERE key IS NOT NULL
       AND server IN (SELECT server FROM searches WHERE outcome = 'running' AND key IS NULL)`,
  )
  run(`UPDATE searches SET outcome = 'lost' WHERE outcome = 'running'`)
}

/** The id of the newest good answer to the same call that is not older than `since`; null: there is none. */
export const sameCall = ({ get }: Database, key: string, since: number): string | null =>
  get<{ id: string }>(`SELECT id FROM searches WHERE key = ? AND at >= ? AND outcome = 'done' ORDER BY at DESC LIMIT 1`, key, since)?.id ??
  null

/** A stored answer, which counts as used again; null: there is none of that id. */
export function reuse({ run, get }: Database, id: string): { readonly outcome: CallOutcome; readonly result: CleanResult | null } | null {
  const row = get<{ outcome: CallOutcome; result: string | null }>('SELECT outcome, result FROM searches WHERE id = ?', id)
  if (row === undefined) return null
  if (row.outcome === 'done') run('UPDATE searches SET used = used + 1 WHERE id = ?', id)
  return { outcome: row.outcome, result: row.result === null ? null : JSON.parse(row.result) }
}

/** The newest calls that hold all these words, in any case, in their names, arguments or the beginning of their answers. */
export function history({ all }: Database, query: string): Recorded[] {
  const words = query.toLowerCase().split(/\s+/).filter(Boolean).slice(0, limits.memoryWords)
  const holds = words.map(() => `instr(lower(server || '__' || tool || ' ' || arguments || ' ' || head), ?) > 0`)
  const rows = all<SearchRow>(
    `SELECT id, server, tool, arguments, outcome, head, bytes, used, client, at FROM searches
       ${holds.length === 0 ? '' : `WHERE ${holds.join(' AND ')}`} ORDER BY at DESC, n DESC LIMIT ?`,
    ...words,
    limits.searchesShown,
  )
  return rows.map(({ client: by, arguments: text, ...row }) => ({ ...row, arguments: parsed(text), by }))
}

function parsed(text: string): unknown {
  try {
    const value: unknown = JSON.parse(text)
    return isObject(value) ? value : text
  } catch {
    return text
  }
}

/** Counts the calls on record, and how often a stored result was used instead of one. */
export function counts({ get }: Database): { readonly requests: number; readonly reused: number } {
  const row = get<{ requests: number; reused: number }>('SELECT count(*) AS requests, total(used) AS reused FROM searches')
  return { requests: row?.requests ?? 0, reused: row?.reused ?? 0 }
}
