import { count } from '../../../core/count.ts'
import { shown } from '../../files/names.ts'
import { listOf, optional, pathArgument, record, text, whole } from '../../base/input.ts'
import { limits } from '../../base/limits.ts'
import { defineTool } from '../../contract/tool.ts'

const content = text({ most: limits.stdioMessage })

export const editFile = defineTool({
  name: 'edit_file',
  family: 'files',
  effect: 'write',
  description: 'Replace exact text in a file; all edits or none.',
  input: {
    path: pathArgument('write'),
    edits: listOf(record({ old_string: content, new_string: content, expected_replacements: optional(whole({ least: 1 })) }), {
      most: limits.edits,
    }),
  },
  subject: ({ path }) => path,
  async handle({ path, edits }, bridge) {
    const { editFile: edit } = await import('../../files/edit.ts')
    const done = await edit(bridge.settings.folder, bridge, path, edits)
    const replacements = edits.reduce((sum, each) => sum + (each.expected_replacements ?? 1), 0)
    return {
      content: [
        {
          type: 'text',
          text: `Edited ${shown(done.real)}: ${count(replacements, 'replacement')} (${count(done.bytes, 'byte')} now).`,
        },
      ],
      data: { path: done.real, bytes: done.bytes, replacements },
    }
  },
})
