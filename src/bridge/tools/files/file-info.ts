import { shown } from '../../files/names.ts'
import { pathArgument } from '../../base/input.ts'
import { defineTool } from '../../contract/tool.ts'

export const fileInfo = defineTool({
  name: 'file_info',
  family: 'files',
  effect: 'read',
  description: 'Kind, size, times and mode.',
  input: { path: pathArgument('read') },
  subject: ({ path }) => path,
  async handle({ path }, { policy }) {
    const { info } = await import('../../files/list.ts')
    const found = await info(policy, path)
    const words = Object.entries(found).map(([name, value]) => `${name}: ${shown(String(value))}`)
    return { content: [{ type: 'text', text: words.join('\n') }], data: { ...found } }
  },
})
