import { optional, pathArgument, whole } from '../../base/input.ts'
import { limits } from '../../base/limits.ts'
import { defineTool } from '../../contract/tool.ts'

export const readFile = defineTool({
  name: 'read_file',
  family: 'files',
  effect: 'read',
  description: 'Read a text file or picture. Hard links to files in closed folders are not recognised.',
  input: {
    path: pathArgument('read'),
    offset: optional(whole({ about: 'lines to skip; negative: from the end' })),
    limit: optional(whole({ least: 1, about: 'lines' })),
    max_tokens: optional(whole({ least: 1, most: limits.answerTokensMost })),
  },
  subject: ({ path }) => path,
  async handle({ path, offset, limit }, bridge, { room }) {
    const { read } = await import('../../files/read.ts')
    return { content: await read(bridge, { path, offset, limit, room }) }
  },
})
