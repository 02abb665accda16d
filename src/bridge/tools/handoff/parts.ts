import { localTime } from '../../../core/local-time.ts'
import type { AnswerPart } from '../../base/budget.ts'
import { inQuotes, programWords, quoteInLine } from '../../base/quote.ts'
import type { Redaction } from '../../base/redaction.ts'
import { cut, inName } from '../../base/text.ts'
import type { Handoff } from '../../handoff/handoff.ts'
import type { AnsweredQuestion, Question } from '../../handoff/question.ts'
import type { Beginning, HandoffTexts, Note } from '../../handoff/texts.ts'
import { answerTitle, questionTitle } from './words.ts'

/** A stored text without keys. Of a text that is not whole the end is left out: a key in it may go on. */
export const cleanBeginning = (redaction: Redaction, { text, isWhole }: Beginning): string =>
  isWhole ? redaction.text(text) : redaction.part(text, 0, Math.max(0, text.length - redaction.longest))

type Named = Pick<AnswerPart, 'name' | 'title' | 'field' | 'about'> & Partial<Pick<AnswerPart, 'isListed' | 'joins' | 'value'>>

/** A stored text without keys as a part of an answer. */
const partOf = (redaction: Redaction, stored: Beginning, named: Named): AnswerPart => {
  const { bytes, isWhole } = stored
  return { isListed: false, value: (shown) => shown, ...named, text: cleanBeginning(redaction, stored), isWhole, bytes }
}

/** A path as each side spells it. */
export type SpelledFile = Readonly<Record<string, string | null>>

/** The texts of a handoff, the most important first. */
export function textParts(
  redaction: Redaction,
  { by, machine, at }: Handoff,
  texts: HandoffTexts,
  files: readonly SpelledFile[],
): readonly AnswerPart[] {
  const whose = `by ${programWords(by, machine)}, ${localTime(at)}:`
  const { goal, acceptance, sections } = texts
  return [
    partOf(redaction, goal, { name: 'the goal', title: `Goal, ${whose}`, field: 'goal', about: { part: 'goal' } }),
    ...(acceptance === null
      ? []
      : [
          partOf(redaction, acceptance, {
            name: 'when it is done',
            title: `Done when, ${whose}`,
            field: 'acceptance',
            about: { part: 'acceptance' },
          }),
        ]),
    ...(files.length === 0 ? [] : [filesPart(redaction, files, whose)]),
    ...sections.map(({ heading: whole, priority, ...body }) => {
      const heading = redaction.text(whole)
      const short = cut(heading, 80)
      return partOf(redaction, body, {
        ...{ name: `section ${inQuotes(short)}`, title: `## ${quoteInLine(heading)}, priority ${priority}, ${whose}`, field: 'sections' },
        ...{ isListed: true, about: { heading: short, priority }, value: (shown: string) => ({ heading, body: shown, priority }) },
      })
    }),
  ]
}

/** One file a line, in all its spellings. In the data a file is there whole or not at all. */
function filesPart(redaction: Redaction, files: readonly SpelledFile[], whose: string): AnswerPart {
  const lines = files.map((file) =>
    Object.values(file)
      .flatMap((each) => (each === null ? [] : [redaction.text(inName(each))]))
      .join(' = '),
  )
  const text = lines.join('\n')
  const wholeLines = (shown: string): number => (shown === text ? lines.length : shown.split('\n').length - 1)
  return {
    ...{ name: 'files', title: `Files, ${whose}`, text, isWhole: true, bytes: Buffer.byteLength(text) },
    ...{ field: 'files', isListed: false, about: { part: 'files' }, value: (shown) => files.slice(0, wholeLines(shown)) },
  }
}

export const noteParts = (redaction: Redaction, notes: readonly Note[]): readonly AnswerPart[] =>
  notes.map(({ note, status, by, at }) => {
    const title = `Note by ${quoteInLine(by)}, ${localTime(at)}${status === null ? '' : `, set ${status}`}`
    const named = { name: 'a note', field: 'notes', isListed: true, about: { part: 'note', by, at } }
    const facts = { status, by, at }
    if (note === null) return { ...named, title: `${title}.`, text: null, isWhole: true, bytes: 0, value: () => ({ note: null, ...facts }) }
    return partOf(redaction, note, { ...named, title: `${title}:`, value: (shown) => ({ note: shown, ...facts }) })
  })

export const questionParts = (redaction: Redaction, questions: readonly (Question | AnsweredQuestion)[]): readonly AnswerPart[] =>
  questions.flatMap((each) => {
    const { id, by, machine, at } = each
    const asked = partOf(redaction, each.question, {
      ...{ name: `question ${id}`, title: questionTitle(each), field: 'questions', isListed: true },
      ...{ about: { part: 'question', id }, value: (question: string) => ({ id, question, by, ...(machine !== null && { machine }), at }) },
    })
    if (!('answer' in each)) return [asked]
    const { answeredBy, answeredOn, answeredAt } = each
    const answered = partOf(redaction, each.answer, {
      ...{ name: `the answer to ${id}`, title: answerTitle(each), field: 'questions', isListed: true, joins: true },
      ...{
        about: { part: 'answer', id },
        value: (answer: string) => ({ answer, answeredBy, ...(answeredOn !== null && { machine: answeredOn }), answeredAt }),
      },
    })
    return [asked, answered]
  })
