import { count } from '../../../core/count.ts'
import { localTime } from '../../../core/local-time.ts'
import { optional, text } from '../../base/input.ts'
import { inQuotes, quoteInLine } from '../../base/quote.ts'
import { cut, inLine } from '../../base/text.ts'
import { defineTool } from '../../contract/tool.ts'

export const searchHistory = defineTool({
  name: 'search_history',
  family: 'shared',
  effect: 'read',
  description: 'Earlier calls of shared servers. Look here before you search again.',
  input: { query: optional(text()) },
  async handle({ query = '' }, bridge) {
    const { counts, history } = await import('../../sharing/records.ts')
    const store = await bridge.store()
    const found = await store.snapshot((database) => ({ ...counts(database), searches: history(database, query) }))
    const searches = found.searches.map(({ head, used, ...search }) => ({ ...search, reused: used, begins: cut(head, 200) }))
    const lines = searches.map(
      ({ id, server, tool, by, at, outcome, reused, bytes, begins, ...search }) =>
        `${id}  ${quoteInLine(server)} ${quoteInLine(tool)} ${argumentsText(search.arguments)}  ${outcome}, by ${quoteInLine(by)}, ${localTime(at)}${reused === 0 ? '' : `, reused ${reused}×`}, ${bytes} bytes${begins === '' ? '' : `: ${inQuotes(begins)}`}`,
    )
    const summary = `${count(found.requests, 'call')} went out, ${count(found.reused, 'result was', 'results were')} used again.`
    const content = [{ type: 'text' as const, text: [...(lines.length === 0 ? ['No such call.'] : lines), summary].join('\n') }]
    return { content, data: { requests: found.requests, reused: found.reused, searches } }
  },
})

const shortUnits = 300

/** Arguments as JSON; what is cut stands in quotation marks of its own, since it has no end. */
function argumentsText(value: unknown): string {
  const text = typeof value === 'string' ? value : JSON.stringify(value)
  return typeof value === 'string' || text.length > shortUnits ? `${inQuotes(cut(text, shortUnits))}…` : inLine(text)
}
