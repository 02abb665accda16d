import { listOf, optional, pathArgument, recipientWords, record, text, whole } from '../../base/input.ts'
import { limits } from '../../base/limits.ts'
import { quoteInLine } from '../../base/quote.ts'
import { defineTool } from '../../contract/tool.ts'
import { understand } from '../../policy/spelling.ts'
import { unsentFacts, unsentWords } from '../../base/unsent.ts'
import { recipientOf, withoutKeys } from './arguments.ts'

const long = text({ least: 1, bytes: limits.handoffBytes })

export const handoffCreate = defineTool({
  name: 'handoff_create',
  family: 'handoff',
  effect: 'write',
  description: 'Hand work over with all that it needs.',
  input: {
    title: text({ least: 1, most: limits.handoffTitle }),
    to: optional(text({ least: 1, about: recipientWords })),
    goal: long,
    sections: listOf(
      record({
        heading: text({ least: 1, most: limits.handoffTitle }),
        body: long,
        priority: optional(whole({ least: 1, most: 5, about: '1 first' })),
      }),
      { most: limits.handoffSections },
    ),
    files: optional(listOf(pathArgument('spelled'), { most: limits.handoffFiles })),
    acceptance: optional(long),
    repository: optional(pathArgument('read', { about: 'adds its branch and diff' })),
  },
  subject: ({ title }) => title,
  async handle({ title, to, goal, sections, files = [], acceptance = null, repository }, bridge, { client, session, signal }) {
    const { create } = await import('../../handoff/handoff.ts')
    const { settings } = bridge
    const receiver = await recipientOf(bridge, client, to)
    withoutKeys(bridge, { title, goal, sections, files, acceptance })
    const sides = await settings.sides()
    const paths = files.map((file) => understand(file, sides, settings.roots[0] ?? settings.self.home))
    const tree =
      repository === undefined ? null : await (await import('../../handoff/working-tree.ts')).workingTree({ ...bridge, signal }, repository)
    const [store, namespace] = [await bridge.store(), await bridge.namespace()]
    const id = `h-${settings.random(4)}`
    const written = sections.map(({ heading, body, priority = 3 }) => ({ heading, body, priority }))
    const parts = [...written, ...(tree?.sections ?? [])]
    const handoff = {
      id,
      title,
      goal,
      acceptance,
      files: tree === null ? paths : [...new Set([...paths, tree.root])],
      sections: parts,
      namespace,
      to: receiver,
    }
    const { isUnsent } = await store.keep({ client, session }, (transaction) => create(transaction, handoff))
    const words = `Handoff ${id} is open and waits for ${handoff.to ?? 'any other program'}; namespace ${quoteInLine(namespace)}.${unsentWords(isUnsent)}`
    return {
      content: [{ type: 'text', text: words }],
      data: { id, to: receiver ?? 'any', status: 'open', namespace, ...unsentFacts(isUnsent) },
    }
  },
})
