import { alike } from '../../core/nearest.ts'
import { inShort, quoteInLine } from './quote.ts'

/** Something that an id names, and words by which a person knows it. */
export interface Named {
  readonly id: string
  readonly title: string
}

/** How many are named where none is like the one that was asked for. */
const newest = 3

/** The end of a refusal of an id that is not there: those that were perhaps meant, else the newest of them. `known`: newest first. */
export function insteadOf(asked: string, known: readonly Named[]): string {
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
