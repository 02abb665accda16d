import { localTime } from '../../../core/local-time.ts'
import { inTokens, tokensFor } from '../../base/budget.ts'
import { inQuotes, quoteInLine } from '../../base/quote.ts'
import type { Handoff } from '../../handoff/handoff.ts'
import type { AnsweredQuestion, Question } from '../../handoff/question.ts'

/** A handoff in one line. */
export const handoffLine = ({ id, title, status, claim, to, by, at, updated, namespace, bytes }: Handoff): string =>
  [
    `${id}  ${inQuotes(title)}  ${status}${claim === null ? '' : ` by ${quoteInLine(claim.client)} since ${localTime(claim.at)}`}`,
    `from ${quoteInLine(by)} to ${quoteInLine(to ?? 'any')}`,
    `${localTime(at)}${localTime(updated) === localTime(at) ? '' : `, changed ${localTime(updated)}`}`,
    `namespace ${quoteInLine(namespace)}`,
    inTokens(bytes),
  ].join(', ')

/** What lists show of a handoff. */
export const handoffFacts = ({ id, title, status, claim, to, by, at, updated, namespace, bytes }: Handoff) => ({
  ...{ id, title, status, to: to ?? 'any', by, at, updated, namespace, tokens: tokensFor(bytes) },
  ...(claim !== null && { claimed_by: claim.client, claimed_at: claim.at }),
})

/** The line above a question: whose it is. */
export const questionTitle = ({ id, by, at, handoff }: Question): string =>
  `Question ${id} of ${quoteInLine(by)}${aboutWords(handoff)}, ${localTime(at)}:`

/** The line above an answer: whose it is. */
export const answerTitle = ({ id, answeredBy, answeredAt, handoff }: AnsweredQuestion): string =>
  `Answer to ${id}${aboutWords(handoff)} by ${quoteInLine(answeredBy)}, ${localTime(answeredAt)}:`

const aboutWords = (handoff: string | null): string => (handoff === null ? '' : ` about ${handoff}`)
