import { shown } from '../../files/names.ts'
import type { Content } from '../../base/call.ts'
import { listOf, pathArgument } from '../../base/input.ts'
import { limits } from '../../base/limits.ts'
import { Refusal, failed } from '../../base/refusal.ts'
import { defineTool } from '../../contract/tool.ts'

export const readFiles = defineTool({
  name: 'read_files',
  family: 'files',
  effect: 'read',
  description: 'Read several files.',
  input: { paths: listOf(pathArgument('read'), { most: limits.readFiles }) },
  subject: ({ paths }) => paths.join(', '),
  async handle({ paths }, bridge, call) {
    const { room } = call
    const { read } = await import('../../files/read.ts')
    const content: Content[] = []
    const left: string[] = []
    let free = room - endRoom
    let good = 0
    for (const path of paths) {
      const title = `== ${shown(path)}\n`
      if (free < Buffer.byteLength(title) + leastRoom) {
        left.push(path)
        continue
      }
      try {
        const parts = named(title, await read(bridge, { path, room: free - Buffer.byteLength(title) }))
        content.push(...parts)
        free -= parts.reduce((sum, part) => sum + (part.type === 'text' ? Buffer.byteLength(part.text) : 0), 0)
        good++
      } catch (error) {
        if (!(error instanceof Refusal)) throw error
        call.refused(error)
        const text = `${title}[${error.message}]`
        content.push({ type: 'text', text })
        free -= Buffer.byteLength(text)
      }
    }
    if (left.length > 0) content.push({ type: 'text', text: leftOut(left) })
    if (good === 0) throw failed(content.map((part) => (part.type === 'text' ? part.text : '')).join('\n'))
    return { content }
  },
})

/** Bytes for the line that names what is left out, and those below which no further file is begun. */
const endRoom = 600
const leastRoom = 400

/** As many names as fit, the others counted. */
function leftOut(paths: readonly string[]): string {
  for (let named = paths.length; named > 0; named--) {
    const others = paths.length - named
    const text = `[Left out for space: ${paths.slice(0, named).map(shown).join(', ')}${others === 0 ? '' : ` and ${others} more`}. read_file reads each.]`
    if (Buffer.byteLength(text) <= endRoom) return text
  }
  return `[${paths.length} files left out for space. read_file reads each.]`
}

/** One file under its name. The note of a cut read follows its text. */
function named(title: string, [first, note]: readonly Content[]): Content[] {
  if (first?.type !== 'text') return [{ type: 'text', text: title.trimEnd() }, ...(first === undefined ? [] : [first])]
  const below = note?.type === 'text' ? note.text : ''
  const between = below === '' || first.text.endsWith('\n') || first.text === '' ? '' : '\n'
  return [{ type: 'text', text: `${title}${first.text}${between}${below}` }]
}
