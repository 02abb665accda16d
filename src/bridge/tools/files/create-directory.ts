import { shown } from '../../files/names.ts'
import { pathArgument } from '../../base/input.ts'
import { defineTool } from '../../contract/tool.ts'

export const createDirectory = defineTool({
  name: 'create_directory',
  family: 'files',
  effect: 'create',
  description: 'Make a folder and its parents.',
  input: { path: pathArgument('write') },
  subject: ({ path }) => path,
  async handle({ path }, { policy }) {
    const { createDirectory: make } = await import('../../files/directory.ts')
    const { real, created } = await make(policy, path)
    return {
      content: [{ type: 'text', text: created ? `Made ${shown(real)}.` : `${shown(real)} already existed.` }],
      data: { path: real, created },
    }
  },
})
