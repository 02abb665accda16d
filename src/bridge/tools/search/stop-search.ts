import { text } from '../../base/input.ts'
import { defineTool } from '../../contract/tool.ts'

export const stopSearch = defineTool({
  name: 'stop_search',
  family: 'search',
  effect: 'read',
  description: 'End such a search.',
  input: { search: text() },
  subject: ({ search }) => search,
  async handle({ search }, bridge, call) {
    const searches = await bridge.searches()
    searches.stop(search, call)
    return { content: [{ type: 'text', text: `Search ${search} was stopped.` }], data: { search, ended: true } }
  },
})
