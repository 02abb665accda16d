import { placeOf } from '../text/place.ts'
import { Problem } from '../text/problem.ts'
import { shown } from '../text/shown.ts'
import { below, samePath } from './outline.ts'
import { type Expression, expressions } from './scan.ts'

/** smol-toml's words for a table or key that is defined for the second time; it does not say where the first one is. */
const REDEFINED = /redefine/

/** Says of a Problem about a double definition where the first one is; null where that is not known. */
export function firstOfTwo(text: string, problem: Problem): Problem | null {
  if (!REDEFINED.test(problem.message)) return null
  const second = find(text, problem.offset, ({ next }) => next > problem.offset)
  const first = second && find(text, second.at, (each) => each.at < second.at && clashes(each, second))
  if (!first || !second) return null
  const what = `${second.kind === 'header' ? 'the table' : 'the key'} ${shown(second.path.join('.'))}`
  return new Problem(
    'duplicate-key',
    second.at,
    `${what} is defined for the second time; the first is in line ${placeOf(text, first.at).line}`,
  )
}

/** The same path, a value on the way to it, or a table that dotted keys made before its header. */
const clashes = (first: Expression, second: Expression): boolean =>
  samePath(first.path, second.path) ||
  (first.kind === 'pair' && below(second.path, first.path)) ||
  (first.kind === 'pair' && below(first.path, second.path) && first.base.length < second.path.length)

/** The first expression that fits, among those that begin up to `last`: behind it the text may not be valid. */
function find(text: string, last: number, fits: (each: Expression) => boolean): Expression | null {
  for (const each of expressions(text)) {
    if (each.start > last) return null
    if (fits(each)) return each
  }
  return null
}
