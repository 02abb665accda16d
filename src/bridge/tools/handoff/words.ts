import { localTime } from '../../../core/local-time.ts'
import { inTokens, tokensFor } from '../../base/budget.ts'
import { inQuotes, programWords, quoteInLine } from '../../base/quote.ts'
import { machineOf } from '../../handoff/claims.ts'
import type { Handoff } from '../../handoff/handoff.ts'
import type { AnsweredQuestion, Question } from '../../handoff/question.ts'

const claimedOn = (machine: string | null) => machine !== null && { claimed_on: machine }

/** A handoff in one line. */
export const handoffLine = ({ id, title, status, claim, to, by, machine, at, updated, namespace, bytes }: Handoff): string =>
  [
    `${id}  ${inQuotes(title)}  ${status}${claim === null ? '' : ` by ${programWords(claim.client, machineOf(claim.start))} since ${localTime(claim.at)}`}`,
    `from ${programWords(by, machine)} to ${quoteInLine(to ?? 'any')}`,
    `${localTime(at)}${localTime(updated) === localTime(at) ? '' : `, changed ${localTime(updated)}`}`,
    `namespace ${quoteInLine(namespace)}`,
    inTokens(bytes),
  ].join(', ')

/** What lists show of a handoff. */
export const handoffFacts = ({ id, title, status, claim, to, by, machine, at, updated, namespace, bytes }: Handoff) => ({
  ...{ id, title, status, to: to ?? 'any', by, at, updated, namespace, tokens: tokensFor(bytes) },
  ...(machine !== null && { machine }),
  ...(claim !== null && { claimed_by: claim.client, claimed_at: claim.at, ...claimedOn(machineOf(claim.start)) }),
})

/** The line above a question: whose it is. */
export const questionTitle = ({ id, by, machine, at, handoff }: Question): string =>
  `Question ${id} of ${programWords(by, machine)}${aboutWords(handoff)}, ${localTime(at)}:`

/** The line above an answer: whose it is. */
export const answerTitle = ({ id, answeredBy, answeredOn, answeredAt, handoff }: AnsweredQuestion): string =>
  `Answer to ${id}${aboutWords(handoff)} by ${programWords(answeredBy, answeredOn)}, ${localTime(answeredAt)}:`

const aboutWords = (handoff: string | null): string => (handoff === null ? '' : ` about ${handoff}`)
