import { count } from '../../core/count.ts'
import { type Answer, textAnswer } from '../base/call.ts'
import { inLine, inName } from '../base/text.ts'
import type { Redaction } from '../base/redaction.ts'
import { endlessWords } from './ignore-files.ts'
import { shownText } from './result-line.ts'
import type { AnsweredSearch } from './searches.ts'

/** A page of results as text, by file; paths are relative to the folder in the first line. */
export function describe(answered: AnsweredSearch, redaction: Redaction, page: 'first' | 'more' = 'first'): Answer {
  const clean = (wide: string, from: number, to: number): string => redaction.part(wide, from, to)
  const { found, gone, folder, search, stopped, done, what, closed, unreadable, tooLong, binaryFrom, stoppedBy } = answered
  const hits = found.filter(({ hit }) => hit).length
  const lines: string[] = [
    `${hits === 0 ? 'Nothing' : hits}${page === 'more' ? ' more' : ''} found in ${inName(folder)}${done ? '' : ' so far'}${hits === 0 ? '.' : ':'}`,
  ]
  let path: string | null = null
  for (const each of found) {
    if (each.path !== path) lines.push(inName(each.path))
    path = each.path
    if (each.text !== '') lines.push(`  ${inLine(shownText(each, clean))}`)
  }
  if (hits === 0 && done && page === 'first' && what !== 'file')
    lines.push(`[What .gitignore names is left out${what === 'lines' ? ', and files that are not text' : ''}.]`)
  if (closed) lines.push('[Something in it is closed and was left out: keys, logins, settings of programs, or what bridge.deny names.]')
  if (unreadable > 0) lines.push(`[${count(unreadable, 'file or folder', 'files or folders')} in it could not be read.]`)
  if (tooLong > 0) lines.push(`[${count(tooLong, 'line')} left out: too long to be read.]`)
  if (binaryFrom !== null) lines.push(`[From byte ${binaryFrom} on it is not text, and no line from there is shown.]`)
  if (gone > 0) lines.push(`[${count(gone, 'line')} left out: changed since.]`)
  if (search !== null) lines.push(`[More: more_results with search ${JSON.stringify(search)}, or stop_search.]`)
  if (stopped === 'memory')
    lines.push('[The search was stopped because it took too much memory, as a very long line does; exclude that file, or search it alone.]')
  if (stoppedBy !== null) lines.push(`[The search was stopped: ${endlessWords(stoppedBy)}.]`)
  if (stopped === 'time') lines.push('[The search was stopped because it took too long; search a smaller folder.]')
  return textAnswer(lines.join('\n'))
}
