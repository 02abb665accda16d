import { count } from '../../../core/count.ts'
import { type AnswerPart, partsInData, partsInWords, type Rest } from '../../base/budget.ts'
import { optional, text, whole } from '../../base/input.ts'
import { limits } from '../../base/limits.ts'
import { failed } from '../../base/refusal.ts'
import type { Bridge } from '../../contract/bridge.ts'
import { defineTool } from '../../contract/tool.ts'
import { liveIn } from '../../handoff/claims.ts'
import { spell } from '../../policy/spelling.ts'
import { noteParts, questionParts, type SpelledFile, textParts } from './parts.ts'
import { handoffFacts, handoffLine } from './words.ts'

export const handoffRead = defineTool({
  name: 'handoff_read',
  family: 'handoff',
  effect: 'read',
  description: 'Read a handoff, most important first.',
  input: { id: text({ least: 1 }), max_tokens: optional(whole({ least: 1, most: limits.answerTokensMost })) },
  subject: ({ id }) => id,
  handle: ({ id }, bridge, { room }) => readHandoff(bridge, id, room),
})

/** A handoff, or a question with its answer, in `room` bytes of words and as many of data. */
export async function readHandoff(bridge: Bridge, id: string, room: number) {
  const found = (await questionAnswer(bridge, id, room)) ?? (await handoffAnswer(bridge, id, room))
  const { head, facts, parts, unread } = found
  const rest: Rest = { unread, call: (tokens) => `handoff_read ${JSON.stringify({ id, max_tokens: tokens })}` }
  return {
    content: [{ type: 'text' as const, text: partsInWords(head, parts, room, rest) }],
    data: partsInData(facts, parts, room, rest),
  }
}

interface Found extends Pick<Rest, 'unread'> {
  readonly head: string
  readonly facts: Readonly<Record<string, unknown>>
  readonly parts: readonly AnswerPart[]
}

async function questionAnswer({ redaction, ...bridge }: Bridge, id: string, room: number): Promise<Found | null> {
  if (!id.startsWith('q-')) return null
  const { noQuestion, questionOfId } = await import('../../handoff/question.ts')
  const store = await bridge.store()
  const found = await store.read((database) => questionOfId(database, id, room + redaction.longest))
  if (found === null) throw failed(await store.read((database) => noQuestion(database, id)))
  const about = found.handoff === null ? {} : { handoff: found.handoff }
  const head = `Question ${id}${found.handoff === null ? '' : ` about ${found.handoff}`}, ${'answer' in found ? 'answered' : 'not answered yet'}.`
  return { head, facts: { id, ...about }, parts: questionParts(redaction, [found]), unread: [] }
}

async function handoffAnswer(bridge: Bridge, id: string, room: number): Promise<Found> {
  const { read } = await import('../../handoff/handoff.ts')
  const { questionsAbout } = await import('../../handoff/question.ts')
  const { notesOf, textsOf } = await import('../../handoff/texts.ts')
  const { settings, redaction } = bridge
  const store = await bridge.store()
  const most = { characters: room + redaction.longest, limit: limits.notesRead }
  const { handoff, texts, noted, asked } = await store.snapshot((database) => ({
    handoff: read(database, id, liveIn(settings), bridge.now()),
    texts: textsOf(database, id, most.characters),
    noted: notesOf(database, id, most),
    asked: questionsAbout(database, id, most),
  }))
  const { environments } = await settings.world()
  const sides = { self: settings.self, others: environments.filter(({ self }) => !self) }
  const files = texts.files.map(
    (path): SpelledFile => ({
      path,
      ...Object.fromEntries(environments.flatMap((side) => (side.self ? [] : [[side.id, spell(path, side, sides)]]))),
    }),
  )
  const { older } = noted
  const unasked = asked.count - asked.questions.length
  return {
    head: handoffLine(handoff),
    facts: handoffFacts(handoff),
    parts: [
      ...textParts(redaction, handoff, texts, files),
      ...noteParts(redaction, noted.notes),
      ...questionParts(redaction, asked.questions),
    ],
    unread: [
      ...(older.count === 0
        ? []
        : [{ name: count(older.count, 'older note'), bytes: older.bytes, about: { part: 'older notes', count: older.count } }]),
      ...(unasked === 0 ? [] : [{ name: count(unasked, 'older question'), bytes: 0, about: { part: 'older questions', count: unasked } }]),
    ],
  }
}
