import { count } from '../../../core/count.ts'
import { shown } from '../../files/names.ts'
import { optional, pathArgument, whole } from '../../base/input.ts'
import { limits } from '../../base/limits.ts'
import { listInRoom } from '../../base/listing.ts'
import { defineTool } from '../../contract/tool.ts'

/** Bytes for the lines below the names, and for the folder's own. */
const noteRoom = 4000

const marks = { directory: '/', link: '@', other: '?', file: '' } as const

export const listDirectory = defineTool({
  name: 'list_directory',
  family: 'files',
  effect: 'read',
  description: 'Names in a folder; / marks folders, @ links.',
  input: { path: pathArgument('read'), depth: optional(whole({ least: 1, most: limits.listDepth })) },
  subject: ({ path }) => path,
  async handle({ path, depth }, { policy }, { room }) {
    const { list } = await import('../../files/list.ts')
    const { real, entries, closed, unentered, cut } = await list(policy, path, depth ?? 1)
    const listed = listInRoom(entries, {
      ...{ count: entries.length, room: room - noteRoom, line: (entry) => shown(entry.path) + marks[entry.kind], fact: (entry) => entry },
      more: (left) => `[${count(left, 'more name does', 'more names do')} not fit; list a folder below, or use search_files.]`,
    })
    const lines = [...listed.lines]
    if (closed > 0) lines.push(`[${count(closed, 'closed entry is', 'closed entries are')} not shown.]`)
    const [first] = unentered
    if (first !== undefined)
      lines.push(
        `[Not entered: ${shown(first)}${unentered.length > 1 ? ` and ${unentered.length - 1} more like it` : ''}; list it by its path.]`,
      )
    if (cut) lines.push(`[Cut after ${limits.listEntries} names; list a folder below, or use search_files.]`)
    return {
      content: [{ type: 'text', text: lines.length === 0 ? `${shown(real)} is empty.` : lines.join('\n') }],
      data: { path: real, entries: listed.shown, closed, cut: cut || listed.shown.length < entries.length },
    }
  },
})
