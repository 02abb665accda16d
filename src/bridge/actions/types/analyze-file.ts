import { optional, pathArgument, text } from '../../base/input.ts'
import { limits } from '../../base/limits.ts'
import { inQuotes, inShort } from '../../base/quote.ts'
import { defineAction } from '../type.ts'

/** A file for the other program to look at: it claims the action, reads the file through its own bridge and answers. */
export const analyzeFile = defineAction({
  name: 'analyze_file',
  summary: 'asks the other program to look at a file; it answers with complete_action',
  input: { file_path: pathArgument('read'), question: optional(text({ least: 1, most: limits.actionText })) },
  asked: ({ file_path: path, question }) => `look at ${inQuotes(path)}${question === undefined ? '' : ` and say ${inShort(question)}`}`,
  isRepeatable: true,
  async prepare({ file_path: path, question }, { policy, to }) {
    const { real } = await policy.existing(path, 'read')
    const params = { file_path: real, ...(question !== undefined && { question }) }
    return { params, to, carrier: 'twin', claimable: true }
  },
})
