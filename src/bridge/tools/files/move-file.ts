import { shown } from '../../files/names.ts'
import { pathArgument } from '../../base/input.ts'
import { defineTool } from '../../contract/tool.ts'

export const moveFile = defineTool({
  name: 'move_file',
  family: 'files',
  effect: 'write',
  description: 'Move or rename. Never replaces.',
  input: { source: pathArgument('write'), destination: pathArgument('write') },
  subject: ({ source, destination }) => `${source} -> ${destination}`,
  async handle({ source, destination }, { policy, settings }) {
    const { moveFile: move } = await import('../../files/move.ts')
    const { from, to } = await move(settings.folder, policy, source, destination)
    return { content: [{ type: 'text', text: `Moved ${shown(from)} to ${shown(to)}.` }], data: { from, to } }
  },
})
