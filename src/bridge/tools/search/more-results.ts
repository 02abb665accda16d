import { text } from '../../base/input.ts'
import { describe } from '../../search/describe.ts'
import { defineTool } from '../../contract/tool.ts'

export const moreResults = defineTool({
  name: 'more_results',
  family: 'search',
  effect: 'read',
  description: 'Next results of a search.',
  input: { search: text() },
  subject: ({ search }) => search,
  async handle({ search }, bridge, call) {
    const searches = await bridge.searches()
    return describe(await searches.more(search, call), bridge.redaction, 'more')
  },
})
