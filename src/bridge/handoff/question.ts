import { failed } from '../base/refusal.ts'
import type { Database, Row } from '../store/database.ts'
import type { Transaction } from '../store/store.ts'

export interface Question {
  readonly id: string
  readonly question: string
  /** The handoff that it is about. */
  readonly handoff: string | null
  /** A client id; null: every client but the one that asks. */
  readonly to: string | null
  readonly by: string
  readonly at: number
}

export interface Answered extends Question {
  readonly answer: string
  readonly answeredBy: string
  readonly answeredAt: number
}

export function ask(store: Transaction, { id, question, handoff, to }: Pick<Question, 'id' | 'question' | 'handoff' | 'to'>): void {
  const { client, session } = store.author
  store.run(
    'INSERT INTO questions (id, handoff, question, recipient, client, session, at) VALUES (?, ?, ?, ?, ?, ?, ?)',
    ...[id, handoff, question, to, client, session, store.now],
  )
  store.changed('question', id)
}

/** Answers a question, once. */
export function answer(store: Transaction, id: string, text: string): void {
  const row = store.get<QuestionRow>('SELECT * FROM questions WHERE id = ?', id)
  if (row === undefined) throw failed(`There is no question ${id}; inbox names those that wait.`)
  if (row.answer !== null) throw failed(`Question ${id} was answered by ${row.answer_client} already; ask_twin asks something else.`)
  const { client, session } = store.author
  store.run(
    'UPDATE questions SET answer = ?, answer_client = ?, answer_session = ?, answer_at = ? WHERE id = ?',
    ...[text, client, session, store.now, id],
  )
  store.changed('answer', id)
}

/** Questions that a client may answer, oldest first; for `null`, all that are not answered. */
export const questionsFor = (database: Database, client: string | null, limit: number): readonly Question[] =>
  database
    .all<QuestionRow>(
      'SELECT * FROM questions WHERE answer IS NULL AND (?1 IS NULL OR recipient = ?1 OR (recipient IS NULL AND client <> ?1)) ORDER BY at, id LIMIT ?2',
      ...[client, limit],
    )
    .map(questionOf)

/** Answers to a client's questions that none of its sessions has been shown, oldest first; for `null`, to all clients' questions. */
export const answersFor = (database: Database, client: string | null, limit: number): readonly Answered[] =>
  database
    .all<QuestionRow>(
      'SELECT * FROM questions WHERE answer IS NOT NULL AND answer_seen IS NULL AND (?1 IS NULL OR client = ?1) ORDER BY answer_at, id LIMIT ?2',
      ...[client, limit],
    )
    .map(answeredOf)

export const questionsAbout = (database: Database, handoff: string): readonly (Question | Answered)[] =>
  database
    .all<QuestionRow>('SELECT * FROM questions WHERE handoff = ? ORDER BY at, id', handoff)
    .map((row) => (row.answer === null ? questionOf(row) : answeredOf(row)))

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
  recipient: string | null
  client: string
  at: number
  answer: string | null
  answer_client: string | null
  answer_at: number | null
}

const questionOf = ({ id, question, handoff, recipient, client, at }: QuestionRow): Question => ({
  ...{ id, question, handoff, to: recipient, by: client, at },
})

const answeredOf = (row: QuestionRow): Answered => ({
  ...questionOf(row),
  ...{ answer: row.answer ?? '', answeredBy: row.answer_client ?? '', answeredAt: row.answer_at ?? 0 },
})
