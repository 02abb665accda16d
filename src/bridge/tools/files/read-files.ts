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
  description: 'Read several files. One that cannot be read is reported and does not stop the others.',
  input: { paths: listOf(pathArgument('read'), { most: limits.readFiles }) },
  subject: ({ paths }) => paths.join(', '),
  async handle({ paths }, bridge, call) {
    const { read } = await import('../../files/read.ts')
    const content: Content[] = []
    let left: number = limits.readText
    let good = 0
    for (const path of paths) {
      if (left <= 0) {
        content.push({
          type: 'text',
          text: `== ${shown(path)}\n[Left out: one answer holds ${limits.readText} bytes of text. Read it by itself.]`,
        })
        continue
      }
      try {
        const parts = await read(bridge, { path })
        const shown = named(path, parts, left)
        content.push(...shown.content)
        left = shown.left
        good++
      } catch (error) {
        if (!(error instanceof Refusal)) throw error
        call.refused(error)
        content.push({ type: 'text', text: `== ${shown(path)}\n[${error.message}]` })
      }
    }
    if (good === 0) throw failed(content.map((part) => (part.type === 'text' ? part.text : '')).join('\n'))
    return { content }
  },
})

/** One file under its name, in so many characters as are left. The note of a cut read follows its text. */
function named(path: string, [first, note]: readonly Content[], left: number): { content: Content[]; left: number } {
  const title = `== ${shown(path)}`
  if (first?.type !== 'text')
    return { content: [{ type: 'text', text: title }, ...(first === undefined ? [] : [first])], left: left - (first?.data.length ?? 0) }
  const cut = first.text.length > left
  const end = cut ? first.text.lastIndexOf('\n', left - 1) + 1 : 0
  const text = cut ? first.text.slice(0, end || left) : first.text
  const below = cut ? '[Cut: read it by itself.]' : note?.type === 'text' ? note.text : ''
  const between = below === '' || text.endsWith('\n') ? '' : '\n'
  return { content: [{ type: 'text', text: `${title}\n${text}${between}${below}` }], left: cut ? 0 : left - text.length }
}
