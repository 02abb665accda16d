import { alike } from '../../core/nearest.ts'
import { inShort, quoteInLine } from './quote.ts'

/** Something that an id names, and words by which a person knows it. */
export interface Named {
  readonly id: string
  readonly title: string
}

/** How many are named where none is like the one that was asked for. */
const newest = 3

/** What an id's first letter says that it names, and the tools that take it. */
const takers = {
  a: 'An id with a- is an action; get_action reads it, claim_action takes it.',
  h: 'An id with h- is a handoff; handoff_read reads it, handoff_claim takes it.',
  q: 'An id with q- is a question; handoff_read reads it, answer_twin answers it.',
} as const

type Letter = keyof typeof takers

const isLetter = (letter: string | undefined): letter is Letter => letter !== undefined && Object.hasOwn(takers, letter)

/**
 * The end of a refusal of an id that is not there: those that were perhaps meant, else what takes ids of that kind, else the newest.
 * `own`: how ids begin where it was looked for; `known`: those there, newest first.
 */
export function insteadOf(asked: string, own: Letter, known: readonly Named[]): string {
  const letter = /^\s*([a-z])-/i.exec(asked)?.[1]?.toLowerCase()
  if (isLetter(letter) && letter !== own) return ` ${takers[letter]}`
  const like = alike(
    asked,
    known.map(({ id }) => id),
  )
  const words = asked.trim().toLowerCase()
  const meant = known.filter(({ id, title }) => like.includes(id) || (words !== '' && title.toLowerCase() === words))
  const [lead, shown] = meant.length > 0 ? ['Perhaps', meant] : ['The newest:', known]
  const told = shown.slice(0, newest).map(({ id, title }) => `${quoteInLine(id)} (${inShort(title)})`)
  return told.length === 0 ? '' : ` ${lead} ${told.join(', ')}.`
}
