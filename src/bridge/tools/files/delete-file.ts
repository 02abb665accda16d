import { shown } from '../../files/names.ts'
import { pathArgument } from '../../base/input.ts'
import { defineTool } from '../../contract/tool.ts'

export const deleteFile = defineTool({
  name: 'delete_file',
  family: 'files',
  effect: 'write',
  description: 'Move to the trash.',
  input: { path: pathArgument('write') },
  subject: ({ path }) => path,
  async handle({ path }, { policy, trash }) {
    const { real, kept } = await trash.take(policy, path)
    return { content: [{ type: 'text', text: `Deleted ${shown(real)}. It is kept in ${shown(kept)}.` }], data: { path: real, kept } }
  },
})
