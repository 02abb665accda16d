import { count } from '../../../core/count.ts'
import { inTokens } from '../../base/budget.ts'
import { limits } from '../../base/limits.ts'
import { listInRoom } from '../../base/listing.ts'
import { inQuotes, programWords, quote, quoteInLine } from '../../base/quote.ts'
import type { Redaction } from '../../base/redaction.ts'
import { cut } from '../../base/text.ts'
import type { Action } from '../../actions/action.ts'
import type { Handoff } from '../../handoff/handoff.ts'
import type { AnsweredQuestion, Question } from '../../handoff/question.ts'
import type { Conflict } from '../../memory/conflicts.ts'
import type { Beginning } from '../../handoff/texts.ts'
import { actionLine, actionShort, paramsBelow, resultWords, withoutLong } from '../actions/words.ts'
import { cleanBeginning } from './parts.ts'
import { answerTitle, handoffFacts, handoffLine, questionTitle } from './words.ts'

/** What waits for a client, of each kind only so much as an answer may hold. */
export interface Inbox {
  readonly handoffs: readonly Handoff[]
  readonly questions: readonly Question[]
  readonly answers: readonly AnsweredQuestion[]
  /** Actions that this program may claim. */
  readonly actions: readonly Action[]
  /** Actions that this program asked for and that have ended. */
  readonly finished: readonly Action[]
  /** Values of this program that came after another machine had changed the key. */
  readonly conflicts: readonly Conflict[]
  /** How many of each wait. */
  readonly counts: Counts
  /** The last change of the store that was looked at. */
  readonly cursor: number
}

type Kind = 'handoffs' | 'questions' | 'answers' | 'actions' | 'finished' | 'conflicts'

type Counts = Readonly<Record<Kind, number>>

const countsBy = (count: (kind: Kind) => number): Counts => {
  const [handoffs, questions, answers, actions, finished, conflicts] = [
    count('handoffs'),
    count('questions'),
    count('answers'),
    count('actions'),
    count('finished'),
    count('conflicts'),
  ]
  return { handoffs, questions, answers, actions, finished, conflicts }
}

const kinds: readonly Kind[] = ['handoffs', 'questions', 'answers', 'actions', 'finished', 'conflicts']

interface Item {
  readonly kind: Kind
  readonly id: string
  readonly words: string
  readonly fact: unknown
}

interface ShownText {
  readonly text: string
  /** What the words say below a text that was cut. */
  readonly note: string
  /** What the data say of it. */
  readonly facts: Readonly<Record<string, unknown>>
}

/** So many characters of a text, and the call that shows all of it. */
function shownText(redaction: Redaction, stored: Beginning, most: number, id: string): ShownText {
  const clean = cleanBeginning(redaction, stored)
  const text = cut(clean, most)
  if (stored.isWhole && text === clean) return { text, note: '', facts: {} }
  const call = `handoff_read ${JSON.stringify({ id })}`
  return { text, note: `\n[Cut: ${inTokens(stored.bytes)}; ${call} shows more.]`, facts: { cut: true, bytes: stored.bytes } }
}

const about = ({ handoff }: Question): Readonly<Record<string, unknown>> => (handoff === null ? {} : { handoff })

function itemsOf({ handoffs, questions, answers, actions, finished, conflicts }: Inbox, redaction: Redaction): readonly Item[] {
  const most = limits.inboxCharacters
  return [
    ...handoffs.map((each): Item => {
      const goal = redaction.text(each.beginning)
      return {
        ...{ kind: 'handoffs', id: each.id, fact: handoffFacts(each) },
        words: `Handoff ${handoffLine(each)}${goal === '' ? '' : `\n${quote(goal)}`}`,
      }
    }),
    ...questions.map((each): Item => {
      const { id, by, machine, at } = each
      const { text, note, facts } = shownText(redaction, each.question, most, id)
      return {
        ...{ kind: 'questions', id, words: `${questionTitle(each)}\n${quote(text)}${note}` },
        fact: { id, question: text, by, ...(machine !== null && { machine }), at, ...facts, ...about(each) },
      }
    }),
    ...answers.map((each): Item => {
      const { id, by, machine, answeredBy, answeredOn, answeredAt: at } = each
      const answer = shownText(redaction, each.answer, most - askedCharacters, id)
      const asked = shownText(redaction, each.question, askedCharacters, id)
      return {
        ...{ kind: 'answers', id },
        words: `${answerTitle(each)}\n${quote(answer.text)}${answer.note}\n${programWords(by, machine)} had asked:\n${quote(asked.text)}${asked.note}`,
        fact: {
          id,
          question: asked.text,
          answer: answer.text,
          by: answeredBy,
          ...(answeredOn !== null && { machine: answeredOn }),
          at,
          ...asked.facts,
          ...answer.facts,
          ...about(each),
        },
      }
    }),
    ...actions.map((all): Item => {
      const each = withoutLong(all, most)
      return {
        ...{ kind: 'actions', id: each.id, fact: actionShort(each) },
        words: `Action ${actionLine(each)}; claim_action takes it${paramsBelow(each)}`,
      }
    }),
    ...finished.map((all): Item => {
      const each = withoutLong(all, askedCharacters)
      const words = resultWords(each)
      const shown = words === null ? '' : `\n${cut(words, most)}`
      const note = words === null || words.length <= most ? '' : `\n[Cut: get_action ${JSON.stringify({ id: each.id })} shows more.]`
      return {
        kind: 'finished',
        id: each.id,
        words: `Ended: ${actionLine(each)}${paramsBelow(each)}${shown}${note}`,
        fact: actionShort(each),
      }
    }),
    ...conflicts.map(
      (each): Item => ({
        ...{ kind: 'conflicts', id: each.key, words: conflictLine(each, redaction) },
        fact: {
          kind: 'conflict',
          namespace: redaction.text(each.namespace),
          key: redaction.text(each.key),
          version: each.version,
          kept: each.kept,
        },
      }),
    ),
  ]
}

/** What became of a value, or a deletion, that came too late, and what ends this line. */
function conflictLine({ namespace, key, version, kept }: Conflict, redaction: Redaction): string {
  const subject = `${inQuotes(redaction.text(key))} in ${quoteInLine(redaction.text(namespace))}`
  const own = version === null ? 'your deletion was not made' : `your value is version ${version} of its history`
  const current = kept === null ? 'it stays deleted' : `version ${kept} is kept`
  return `Conflict: another machine changed ${subject} while the store server was not reached from here: ${current}, and ${own}. memory_set or memory_delete of the key settles it.`
}

/** Characters of a question that its answer repeats, and of the params of an action that has ended. */
const askedCharacters = 400

const names: Readonly<Record<Kind, string>> = {
  ...{ handoffs: 'handoff', questions: 'question', answers: 'answer', actions: 'action', finished: 'finished action' },
  conflicts: 'conflict',
}

/** `[Beyond this answer: 3 handoffs, 1 question. …]` */
function beyond(counts: Counts): string {
  const told = kinds.flatMap((kind) => (counts[kind] <= 0 ? [] : [count(counts[kind], names[kind])]))
  return `[Beyond this answer: ${told.join(', ')}. handoff_list and list_actions name handoffs and actions; the others come once these are answered or read.]`
}

/** What waits, in `room` bytes of words and as many of data, and the ids of the answers and ended actions that both of them show. */
export function inboxAnswer(waiting: Inbox, redaction: Redaction, room: number) {
  const items = inTurn(itemsOf(waiting, redaction))
  const count = kinds.reduce((sum, kind) => sum + waiting.counts[kind], 0)
  const { shown, told } = listInRoom(items, {
    ...{ count, room, line: ({ words }: Item) => words, fact: ({ fact }: Item) => fact },
    // All that waits, which is the longest that the line can be: its room is kept.
    more: () => beyond(waiting.counts),
  })
  const total = Math.max(count, items.length)
  const left = (taken: readonly Item[]): Counts => countsBy((kind) => waiting.counts[kind] - of(taken, kind).length)
  const [inWords, inData] = [items.slice(0, told), items.slice(0, shown.length)]
  const words = kinds.flatMap((kind) => of(inWords, kind).map((item) => item.words))
  const facts = (kind: Kind): unknown[] => of(inData, kind).map(({ fact }) => fact)
  const data = {
    ...{ handoffs: facts('handoffs'), questions: facts('questions'), answers: facts('answers'), actions: facts('actions') },
    finished_actions: facts('finished'),
    ...(facts('conflicts').length > 0 && { conflicts: facts('conflicts') }),
    ...(shown.length < total && { more: left(inData) }),
  }
  const text = [...words, ...(told < total ? [beyond(left(inWords))] : [])].join('\n')
  const seen = items.slice(0, Math.min(told, shown.length))
  return {
    answer: { content: [{ type: 'text' as const, text: text === '' ? 'Nothing waits.' : text }], data, cursor: waiting.cursor },
    answers: of(seen, 'answers').map(({ id }) => id),
    finished: of(seen, 'finished').map(({ id }) => id),
  }
}

const of = (items: readonly Item[], kind: Kind): readonly Item[] => items.filter((item) => item.kind === kind)

/** The first of each kind, then the second of each: however many of one kind wait, the others are shown. */
function inTurn(items: readonly Item[]): readonly Item[] {
  const groups = kinds.map((kind) => of(items, kind))
  const most = Math.max(0, ...groups.map(({ length }) => length))
  return Array.from({ length: most }, (_, at) => groups.flatMap((group) => group.slice(at, at + 1))).flat()
}
