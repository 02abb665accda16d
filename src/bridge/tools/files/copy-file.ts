import { count } from '../../../core/count.ts'
import { shown } from '../../files/names.ts'
import { pathArgument } from '../../base/input.ts'
import { defineTool } from '../../contract/tool.ts'

export const copyFile = defineTool({
  name: 'copy_file',
  family: 'files',
  effect: 'create',
  description: 'Copy a file. Never replaces.',
  input: { source: pathArgument('read'), destination: pathArgument('write') },
  subject: ({ source, destination }) => `${source} -> ${destination}`,
  async handle({ source, destination }, { policy, settings }) {
    const { copyFile: copy } = await import('../../files/move.ts')
    const commands = settings.terminal !== 'off' && settings.families.includes('terminal')
    const { from, to, bytes } = await copy(settings.folder, policy, source, destination, commands)
    return {
      content: [{ type: 'text', text: `Copied ${shown(from)} to ${shown(to)} (${count(bytes, 'byte')}).` }],
      data: { from, to, bytes },
    }
  },
})
