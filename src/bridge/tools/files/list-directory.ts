import { shown } from '../../files/names.ts'
import { optional, pathArgument, whole } from '../../base/input.ts'
import { limits } from '../../base/limits.ts'
import { defineTool } from '../../contract/tool.ts'

const marks = { directory: '/', link: '@', other: '?', file: '' } as const

export const listDirectory = defineTool({
  name: 'list_directory',
  family: 'files',
  effect: 'read',
  description: 'Names in a folder. "/" marks folders, "@" links, which are not followed.',
  input: { path: pathArgument('read'), depth: optional(whole({ least: 1, most: limits.listDepth, about: 'default 1' })) },
  subject: ({ path }) => path,
  async handle({ path, depth }, { policy }) {
    const { list } = await import('../../files/list.ts')
    const { real, entries, closed, cut } = await list(policy, path, depth ?? 1)
    const lines = entries.map((entry) => shown(entry.path) + marks[entry.kind])
    if (closed > 0) lines.push(`[${closed === 1 ? '1 closed entry is' : `${closed} closed entries are`} not shown.]`)
    if (cut) lines.push(`[Cut after ${limits.listEntries} names; list a folder below, or use search_files.]`)
    return {
      content: [{ type: 'text', text: lines.length === 0 ? `${shown(real)} is empty.` : lines.join('\n') }],
      data: { path: real, entries, closed, cut },
    }
  },
})
