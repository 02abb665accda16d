import { dirname, join } from 'node:path'
import { optional, pathArgument, text } from '../../base/input.ts'
import { limits } from '../../base/limits.ts'
import { inShort } from '../../base/quote.ts'
import { failed } from '../../base/refusal.ts'
import { defineAction, type ActionOutcome } from '../type.ts'

/** A name of a file that every side accepts. */
const slug = (title: string): string =>
  title
    .normalize('NFKD')
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-+|-+$/g, '')
    .slice(0, 60)
    .replace(/-+$/, '') || 'conversation'

/** Writes a conversation into a new file, by default in the shared workspace. Programs do not share their conversations, so the text is an argument. */
export const saveConversation = defineAction({
  name: 'save_conversation',
  summary: 'writes a text under a title into a new file of the workspace, or of an allowed folder',
  input: {
    title: text({ least: 1, most: limits.handoffTitle }),
    content: text({ most: limits.actionText }),
    path: optional(pathArgument('write')),
  },
  asked: ({ title }) => `save a conversation as ${inShort(title)}`,
  // The file holds the same text however often it is written.
  isRepeatable: true,
  async prepare({ title, content, path }, { id, policy, settings, to }) {
    const wanted = path ?? join(settings.folder, 'workspace', 'conversations', `${slug(title)}-${id}.md`)
    const found = await policy.admit(wanted, 'write')
    if (found.exists) throw failed(`${JSON.stringify(found.real)} exists already; save_conversation writes new files only.`)
    return { params: { title, content, path: found.real }, to, carrier: 'runner', claimable: false }
  },
  async carryOut(_action, { title, content, path = '' }, { policy, settings }): Promise<ActionOutcome> {
    const { createDirectory } = await import('../../files/directory.ts')
    const { writeNew } = await import('../../files/write-new.ts')
    await createDirectory(policy, dirname(path))
    const bytes = Buffer.from(`# ${title.replace(/\s+/g, ' ').trim()}\n\n${content}${content.endsWith('\n') ? '' : '\n'}`)
    await writeNew(settings.folder, policy, path, bytes)
    return { status: 'done', result: { message: `Saved as ${path}.`, path, bytes: bytes.length } }
  },
})
