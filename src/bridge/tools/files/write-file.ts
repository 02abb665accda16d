import { count } from '../../../core/count.ts'
import { shown } from '../../files/names.ts'
import { oneOf, optional, pathArgument, text } from '../../base/input.ts'
import { limits } from '../../base/limits.ts'
import { defineTool } from '../../contract/tool.ts'

export const writeFile = defineTool({
  name: 'write_file',
  family: 'files',
  effect: 'write',
  description: 'Write a file or append to it; makes missing folders.',
  input: { path: pathArgument('write'), content: text({ most: limits.stdioMessage }), mode: optional(oneOf(['rewrite', 'append'])) },
  subject: ({ path, mode }) => `${mode ?? 'rewrite'} ${path}`,
  async handle({ path, content, mode }, { policy, settings }) {
    const { append, rewrite } = await import('../../files/write.ts')
    const done = await (mode === 'append' ? append : rewrite)(settings.folder, policy, path, content)
    const verb = done.created ? 'Created' : mode === 'append' ? 'Appended to' : 'Wrote'
    const note = done.converted ? ' Its encoding was unknown; it is UTF-8 now.' : ''
    return {
      content: [{ type: 'text', text: `${verb} ${shown(done.real)} (${count(done.bytes, 'byte')}).${note}` }],
      data: { path: done.real, bytes: done.bytes, created: done.created, ...(done.converted && { converted: true }) },
    }
  },
})
