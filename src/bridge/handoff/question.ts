import { limits } from '../base/limits.ts'
import { insteadOf } from '../base/near-ids.ts'
import { quoteInLine } from '../base/quote.ts'
import { failed } from '../base/refusal.ts'
import type { Database, Row } from '../store/database.ts'
import type { Transaction } from '../store/transaction.ts'
import { forgetClosed, makeRoom } from './room.ts'
import { type Beginning, beginning } from './texts.ts'
import { machineOf } from './claims.ts'
import type { Handoff } from './handoff.ts'
import { elsewhere, hereOf, isBy, isFor, programOn } from './addressed.ts'

export interface Question {
  readonly id: string
  readonly question: Beginning
  /** The handoff that it is about. */
  readonly handoff: string | null
  /** A client id, or one with its machine; null: every client but the one that asks. */
  readonly to: string | null
  readonly by: string
  /** Of who asked, where that is another one; null: this one. */
  readonly machine: string | null
  readonly at: number
}

export interface AnsweredQuestion extends Question {
  readonly answer: Beginning
  readonly answeredBy: string
  /** Of who answered, where that is another one; null: this one. */
  readonly answeredOn: string | null
  readonly answeredAt: number
}

/** Asks a question. Throws a Refusal where too many, or too much, is stored. */
export function ask(
  store: Transaction,
  { id, question, handoff, to }: Pick<Question, 'id' | 'handoff' | 'to'> & { readonly question: string },
): void {
  const { client, session } = store.author
  forgetClosed(store)
  const open = store.get<{ count: number }>(`SELECT count(*) AS count FROM questions WHERE ${isOpen} AND client = ?`, client)
  if ((open?.count ?? 0) >= limits.questionsOpen)
    throw failed(`${client} has ${limits.questionsOpen} unanswered questions, the most allowed; wait for answers first.`)
  makeRoom(store, Buffer.byteLength(question))
  store.run(
    'INSERT INTO questions (id, handoff, question, recipient, client, session, at) VALUES (?, ?, ?, ?, ?, ?, ?)',
    ...[id, handoff, question, to, client, session, store.now],
  )
  if (store.isCopy) store.run('UPDATE questions SET machine = ? WHERE id = ?', store.machine, id)
  store.changed('question', id)
}

/**
 * Answers a question of another program, once. Returns who had asked. Throws a Refusal where there is none, or it was answered or
 * taken back.
 */
export function answer(store: Transaction, id: string, text: string): string {
  const here = hereOf(store)
  const row = store.get<QuestionRow>(`SELECT ${columnsOn(here)} FROM questions WHERE id = ?2`, 1, id)
  if (row === undefined) throw failed(noQuestion(store, id))
  const asker = programOn(row.client, elsewhere(row.machine, here))
  if (asker === store.author.client)
    throw failed(`${row.client} asked question ${id} itself, so another program answers it; ask_twin with withdraw takes it back.`)
  if (row.answer_at !== null) throw failed(`Question ${id} was answered by ${row.answer_client} already; ask_twin asks something else.`)
  const { client, session } = store.author
  // No room is asked for: an answer is what lets its question go.
  store.run(
    'UPDATE questions SET answer = ?, answer_client = ?, answer_session = ?, answer_at = ? WHERE id = ?',
    ...[text, client, session, store.now, id],
  )
  if (store.isCopy) store.run('UPDATE questions SET answer_machine = ? WHERE id = ?', store.machine, id)
  store.changed('answer', id)
  return asker
}

/**
 * Takes an unanswered question back. Returns the client that was asked; null: all. Throws a Refusal for an unknown or answered
 * question, and for one of another client.
 */
export function withdraw(store: Transaction, id: string): string | null {
  const here = hereOf(store)
  const row = store.get<QuestionRow>(`SELECT ${columnsOn(here)} FROM questions WHERE id = ?2`, 1, id)
  if (row === undefined) throw failed(noQuestion(store, id))
  const asker = programOn(row.client, elsewhere(row.machine, here))
  if (asker !== store.author.client) throw failed(`${asker} asked question ${id}, so only ${asker} takes it back.`)
  if (row.answer_at !== null) throw failed(`Question ${id} was answered by ${row.answer_client} already; inbox shows the answer.`)
  store.run('DELETE FROM questions WHERE id = ?', id)
  store.changed('withdrawn', id)
  return row.recipient
}

/** The program on the other end of a handoff from a client here; null: all others. */
export function otherEnd({ by, machine, claim, to }: Handoff, client: string): string | null {
  const author = programOn(by, machine)
  if (author !== client) return author
  return claim === null ? to : programOn(claim.client, machineOf(claim.start))
}

/** What a refusal says of a question that is not there. */
export function noQuestion(database: Database, id: string): string {
  if (database.get(`SELECT 1 AS one FROM changes WHERE kind = 'withdrawn' AND id = ?`, id) !== undefined)
    return `Question ${quoteInLine(id)} was taken back by who asked it; nothing is to be done.`
  const known = database.all<{ id: string; title: string }>(
    `SELECT id, substr(question, 1, ${limits.changeNote}) AS title FROM questions WHERE answer_at IS NULL ORDER BY at DESC LIMIT ${limits.nearIds}`,
  )
  return `There is no question ${quoteInLine(id)}; inbox names those that wait.${insteadOf(id, 'q', known)}`
}

/** How much of each text is read. */
interface Reading {
  /** At most so many questions. */
  readonly limit: number
  /** Of each text. */
  readonly characters: number
}

/** Questions that a client may answer, oldest first; for `null`, all that are not answered. */
export const questionsFor = (database: Database, client: string | null, reading: Reading): readonly Question[] =>
  waitingRows(database, { where: forClient, order: 'at, id' }, client, reading, questionOf)

/** Answers to a client's questions that none of its sessions has been shown, oldest first; for `null`, to all clients' questions. */
export const answersFor = (database: Database, client: string | null, reading: Reading): readonly AnsweredQuestion[] =>
  waitingRows(database, { where: forAsker, order: 'answer_at, id' }, client, reading, answeredOf)

function waitingRows<T>(
  database: Database,
  { where, order }: { readonly where: (here: string | null) => string; readonly order: string },
  client: string | null,
  { limit, characters }: Reading,
  shown: (row: QuestionRow, here: string | null) => T,
): readonly T[] {
  const here = hereOf(database)
  const sql = `SELECT ${columnsOn(here)} FROM questions WHERE ${where(here)} ORDER BY ${order} LIMIT ?3`
  return database.all<QuestionRow>(sql, ...[characters, client, limit]).map((row) => shown(row, here))
}

/** As the index of what waits has it, without the answer itself. */
const isOpen = 'answer_seen IS NULL AND answer_at IS NULL'
const forClient = (here: string | null): string => `${isOpen} AND (?2 IS NULL OR ${isFor('?2', here)})`
const forAsker = (here: string | null): string => `answer_seen IS NULL AND answer_at IS NOT NULL AND (?2 IS NULL OR ${isBy('?2', here)})`

/** How many questions and answers wait for a client; for `null`, for all. Counted without their texts. */
export function countsFor(database: Database, client: string | null): { readonly questions: number; readonly answers: number } {
  const count = (where: string) =>
    database.get<{ count: number }>(`SELECT count(*) AS count FROM questions WHERE ${where.replaceAll('?2', '?1')}`, client)?.count ?? 0
  const here = hereOf(database)
  return { questions: count(forClient(here)), answers: count(forAsker(here)) }
}

/** The newest questions about a handoff, the newest first, and how many there are. */
export function questionsAbout(
  database: Database,
  handoff: string,
  { limit, characters }: Reading,
): { readonly questions: readonly (Question | AnsweredQuestion)[]; readonly count: number } {
  const here = hereOf(database)
  const rows = database.all<QuestionRow>(
    `SELECT ${columnsOn(here)} FROM questions WHERE handoff = ?2 ORDER BY at DESC, id DESC LIMIT ?3`,
    ...[characters, handoff, limit],
  )
  const counted = database.get<{ count: number }>('SELECT count(*) AS count FROM questions WHERE handoff = ?', handoff)
  return { questions: rows.map((row) => eitherOf(row, here)), count: counted?.count ?? 0 }
}

/** A question, with its answer if it has one; null: there is none of that id. */
export function questionOfId(database: Database, id: string, characters: number): Question | AnsweredQuestion | null {
  const here = hereOf(database)
  const row = database.get<QuestionRow>(`SELECT ${columnsOn(here)} FROM questions WHERE id = ?2`, ...[characters, id])
  return row === undefined ? null : eitherOf(row, here)
}

export function markShown(store: Transaction, ids: readonly string[]): void {
  for (const id of ids) {
    store.run('UPDATE questions SET answer_seen = ? WHERE id = ?', store.now, id)
    store.changed('shown', id)
  }
}

interface QuestionRow extends Row {
  id: string
  handoff: string | null
  question: string
  question_bytes: number
  recipient: string | null
  client: string
  /** Null where the store is on this machine alone. */
  machine: string | null
  at: number
  answer: string | null
  answer_bytes: number | null
  answer_client: string | null
  answer_machine: string | null
  answer_at: number | null
}

/** The columns of a question; `?1` is how many characters of its texts are read. */
const columnsOn = (
  here: string | null,
): string => `id, handoff, substr(question, 1, ?1) AS question, octet_length(question) AS question_bytes, recipient, client, at,
     substr(answer, 1, ?1) AS answer, octet_length(answer) AS answer_bytes, answer_client, answer_at,
     ${here === null ? 'NULL AS machine, NULL AS answer_machine' : 'machine, answer_machine'}`

const eitherOf = (row: QuestionRow, here: string | null): Question | AnsweredQuestion =>
  row.answer_at === null ? questionOf(row, here) : answeredOf(row, here)

const questionOf = (row: QuestionRow, here: string | null): Question => {
  const { id, handoff, recipient: to, client: by, at } = row
  return { id, question: beginning(row.question, row.question_bytes), handoff, to, by, machine: elsewhere(row.machine, here), at }
}

const answeredOf = (row: QuestionRow, here: string | null): AnsweredQuestion => ({
  ...questionOf(row, here),
  answeredOn: elsewhere(row.answer_machine, here),
  ...{ answer: beginning(row.answer, row.answer_bytes), answeredBy: row.answer_client ?? '', answeredAt: row.answer_at ?? 0 },
})
