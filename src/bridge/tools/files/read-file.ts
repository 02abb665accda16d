import { optional, pathArgument, whole } from '../../base/input.ts'
import { limits } from '../../base/limits.ts'
import { defineTool } from '../../contract/tool.ts'

export const readFile = defineTool({
  name: 'read_file',
  family: 'files',
  effect: 'read',
  description:
    'Read text or a picture, whole unless it ends in [lines …]. offset, limit: lines; offset < 0: from the end. Hard links cannot be told apart.',
  input: {
    path: pathArgument('read'),
    offset: optional(whole()),
    limit: optional(whole({ least: 1 })),
    max_tokens: optional(whole({ least: 1, most: limits.answerTokensMost })),
  },
  subject: ({ path }) => path,
  async handle({ path, offset, limit }, bridge, { room }) {
    const { read } = await import('../../files/read.ts')
    return { content: await read(bridge, { path, offset, limit, room }) }
  },
})
