import { maxResults } from '../../config/options.ts'
import { pathArgument, text } from '../../base/input.ts'
import { describe } from '../../search/describe.ts'
import { defineTool } from '../../contract/tool.ts'

export const searchFiles = defineTool({
  name: 'search_files',
  family: 'search',
  effect: 'read',
  description: 'Find files by name; skips what .gitignore names.',
  input: { path: pathArgument('read'), glob: text({ about: 'e.g. src/**/*.ts' }) },
  subject: ({ path, glob }) => `${glob} in ${path}`,
  async handle({ path, glob }, bridge, call) {
    const searches = await bridge.searches()
    return describe(await searches.names(path, glob, bridge.config.get(maxResults), call), bridge.redaction)
  },
})
