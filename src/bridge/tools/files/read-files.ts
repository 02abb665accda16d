import { listOf, text } from '../../input.ts'
import { limits } from '../../limits.ts'
import { Refusal, failed } from '../../refusal.ts'
import { type Content, defineTool } from '../../tool.ts'

export const readFiles = defineTool({
  name: 'read_files',
  family: 'files',
  effect: 'read',
  description: 'Read several files. One that cannot be read is said and does not stop the others.',
  input: { paths: listOf(text(), { most: limits.readFiles }) },
  subject: ({ paths }) => paths.join(', '),
  async handle({ paths }, { policy, now }) {
    const { read } = await import('../../files/read.ts')
    const content: Content[] = []
    let left: number = limits.readText
    let good = 0
    for (const path of paths) {
      if (left <= 0) {
        content.push({
          type: 'text',
          text: `== ${path}\n[Left out: one answer holds ${limits.readText} bytes of text. Read it by itself.]`,
        })
        continue
      }
      try {
        for (const part of await read(policy, { path }, now)) {
          content.push(
            part.type === 'text'
              ? {
                  type: 'text',
                  text: `== ${path}\n${part.text.slice(0, left)}${part.text.length > left ? '\n[Cut: read it by itself.]' : ''}`,
                }
              : part,
          )
          left -= part.type === 'text' ? part.text.length : part.data.length
        }
        good++
      } catch (error) {
        if (!(error instanceof Refusal)) throw error
        content.push({ type: 'text', text: `== ${path}\n[${error.message}]` })
      }
    }
    if (good === 0) throw failed(content.map((part) => (part.type === 'text' ? part.text : '')).join('\n'))
    return { content }
  },
})
