import { listOf, optional, pathArgument, text } from '../../base/input.ts'
import { limits } from '../../base/limits.ts'
import { inShort } from '../../base/quote.ts'
import { defineAction } from '../type.ts'

/** A task for the other program, which claims it and answers. */
export const executeFromCode = defineAction({
  name: 'execute_from_code',
  summary: 'gives the other program a task; it answers with complete_action',
  input: {
    prompt: text({ least: 1, most: limits.actionText }),
    files: optional(listOf(pathArgument('read'), { most: limits.actionFiles })),
  },
  asked: ({ prompt }) => `do ${inShort(prompt)}`,
  isRepeatable: true,
  async prepare({ prompt, files = [] }, { policy, to }) {
    const found = await Promise.all(files.map((file) => policy.existing(file, 'read')))
    const params = { prompt, ...(found.length > 0 && { files: found.map(({ real }) => real) }) }
    return { params, to, carrier: 'twin', claimable: true }
  },
})
