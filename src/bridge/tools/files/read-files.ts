import { count } from '../../../core/count.ts'
import { inTokens } from '../../base/budget.ts'
import { shown } from '../../files/names.ts'
import type { Content } from '../../base/call.ts'
import { listOf, pathArgument } from '../../base/input.ts'
import { limits } from '../../base/limits.ts'
import { Absent, failed, Refusal } from '../../base/refusal.ts'
import type { Bridge } from '../../contract/bridge.ts'
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
        const near = error instanceof Absent ? await (await import('../../files/likely.ts')).likely(bridge.policy, error.path) : ''
        const text = `${title}[${error.message}${near}]`
        content.push({ type: 'text', text })
        free -= Buffer.byteLength(text)
      }
    }
    if (left.length > 0) content.push({ type: 'text', text: leftOut(await Promise.all(left.map((path) => sized(bridge, path)))) })
    if (good === 0) throw failed(content.map((part) => (part.type === 'text' ? part.text : '')).join('\n'))
    return { content }
  },
})

/** Bytes for the line that names what is left out, and those below which no further file is begun. */
const endRoom = 600
const leastRoom = 400

interface LeftFile {
  readonly path: string
  /** Null: it cannot be read, as reading it will say. */
  readonly bytes: number | null
}

const sized = async ({ policy }: Pick<Bridge, 'policy'>, path: string): Promise<LeftFile> => {
  const { withFile } = await import('../../files/read.ts')
  try {
    return { path, bytes: await withFile(policy, path, async (handle) => (await handle.stat()).size) }
  } catch (error) {
    if (error instanceof Refusal) return { path, bytes: null }
    throw error
  }
}

/** As many names as fit, each with its size, the others counted. */
function leftOut(files: readonly LeftFile[]): string {
  const size = (some: readonly LeftFile[]): string => inTokens(some.reduce((sum, { bytes }) => sum + (bytes ?? 0), 0))
  const named = (file: LeftFile): string => `${shown(file.path)} (${file.bytes === null ? 'cannot be read' : size([file])})`
  for (let names = files.length; names > 0; names--) {
    const others = files.slice(names)
    const text = `[Left out for space: ${files.slice(0, names).map(named).join(', ')}${others.length === 0 ? '' : ` and ${others.length} more (${size(others)})`}. read_file reads each.]`
    if (Buffer.byteLength(text) <= endRoom) return text
  }
  return `[${count(files.length, 'file')} (${size(files)}) left out for space. read_file reads each.]`
}

/** One file under its name. The note of a cut read follows its text. */
function named(title: string, [first, note]: readonly Content[]): Content[] {
  if (first?.type !== 'text') return [{ type: 'text', text: title.trimEnd() }, ...(first === undefined ? [] : [first])]
  const below = note?.type === 'text' ? note.text : ''
  const between = below === '' || first.text.endsWith('\n') || first.text === '' ? '' : '\n'
  return [{ type: 'text', text: `${title}${first.text}${between}${below}` }]
}
