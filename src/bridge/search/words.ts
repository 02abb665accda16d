import { type Answer, words } from '../call.ts'
import type { Answered } from './searches.ts'

/** What was found, by file, in words: the paths are below the folder named in the first line. */
export function describe(answered: Answered, page: 'first' | 'more' = 'first'): Answer {
  const { found, gone, folder, search, stopped, done } = answered
  const hits = found.filter(({ hit }) => hit).length
  const lines: string[] = [
    `${hits === 0 ? 'Nothing' : hits}${page === 'more' ? ' more' : ''} found in ${folder}${done ? '' : ' so far'}${hits === 0 ? '.' : ':'}`,
  ]
  let path: string | null = null
  for (const each of found) {
    if (each.path !== path) lines.push(each.path)
    path = each.path
    if (each.text !== '') lines.push(`  ${each.text}`)
  }
  if (gone > 0) lines.push(`[${gone} lines left out: they are not there any more.]`)
  if (search !== null) lines.push(`[More: more_results with search ${JSON.stringify(search)}, or stop_search.]`)
  if (stopped === 'memory')
    lines.push(
      '[The search took too much memory, as a file with a line without end makes it, and was ended; search without that file, or name it.]',
    )
  if (stopped === 'time') lines.push('[The search took too long and was ended; search a smaller folder.]')
  return words(lines.join('\n'))
}
