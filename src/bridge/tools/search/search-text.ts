import { maxResults } from '../../config/options.ts'
import { flag, optional, pathArgument, text, whole } from '../../base/input.ts'
import { limits } from '../../base/limits.ts'
import { describe } from '../../search/describe.ts'
import { defineTool } from '../../contract/tool.ts'

export const searchText = defineTool({
  name: 'search_text',
  family: 'search',
  effect: 'read',
  description: 'Search file contents by regular expression or literal text; skips what .gitignore names.',
  input: {
    path: pathArgument('read'),
    pattern: text(),
    literal: optional(flag()),
    glob: optional(text()),
    context: optional(whole({ least: 0, most: limits.searchContextLines })),
    case_sensitive: optional(flag()),
    max_results: optional(whole({ least: 1, most: limits.searchResults })),
  },
  subject: ({ path, pattern }) => `${pattern} in ${path}`,
  async handle(input, bridge, call) {
    const query = {
      pattern: input.pattern,
      literal: input.literal ?? false,
      glob: input.glob,
      context: input.context ?? 0,
      caseSensitive: input.case_sensitive ?? true,
    }
    const searches = await bridge.searches()
    return describe(await searches.text(input.path, query, input.max_results ?? bridge.config.get(maxResults), call), bridge.redaction)
  },
})
