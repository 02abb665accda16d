import { optional, text, whole } from '../../base/input.ts'
import { limits } from '../../base/limits.ts'
import { inLine, time } from '../../base/text.ts'
import { defineTool } from '../../contract/tool.ts'
import { liveIn } from '../../handoff/claims.ts'
import { spell } from '../../policy/spelling.ts'
import { handoffFacts, handoffLine } from './words.ts'

export const handoffRead = defineTool({
  name: 'handoff_read',
  family: 'handoff',
  effect: 'read',
  description: 'Read a handoff: the most important sections that fit.',
  input: { id: text({ least: 1 }), max_tokens: optional(whole({ least: 1, most: limits.memoryTokens })) },
  subject: ({ id }) => id,
  async handle({ id, max_tokens: maxTokens = limits.memoryShown }, bridge) {
    const { notes, read } = await import('../../handoff/handoff.ts')
    const { questionsAbout } = await import('../../handoff/question.ts')
    const { fitting } = await import('../../handoff/reading.ts')
    const { settings } = bridge
    const store = await bridge.store()
    const { handoff, said, asked } = await store.snapshot((database) => ({
      handoff: read(database, id, liveIn(settings), bridge.now()),
      said: notes(database, id),
      asked: questionsAbout(database, id),
    }))
    const { sections, omitted } = fitting(handoff.sections, maxTokens)
    const { environments } = await settings.world()
    const sides = { self: settings.self, others: environments.filter(({ self }) => !self) }
    const files = handoff.files.map((path) => ({
      path,
      ...Object.fromEntries(environments.flatMap((side) => (side.self ? [] : [[side.id, spell(path, side, sides)]]))),
    }))
    const data = {
      ...handoffFacts(handoff),
      ...{ goal: handoff.goal, acceptance: handoff.acceptance, sections, files },
      ...(omitted.length > 0 && { omitted }),
      ...(said.length > 0 && { notes: said }),
      ...(asked.length > 0 && { questions: asked }),
    }
    const text = [
      handoffLine(handoff),
      `Goal: ${handoff.goal}`,
      ...(handoff.acceptance === null ? [] : [`Done when: ${handoff.acceptance}`]),
      ...sections.map(({ heading, body }) => `## ${inLine(heading)}\n${body}`),
      ...(omitted.length === 0
        ? []
        : [`[Left out for space: ${omitted.map(({ heading, tokens }) => `${inLine(heading)} (${tokens} tokens)`).join(', ')}]`]),
      ...files.map(
        (file) =>
          `File: ${Object.values(file)
            .filter((each) => each !== null)
            .map((each) => inLine(String(each)))
            .join(' = ')}`,
      ),
      ...said.map(
        ({ note, status, by, at }) =>
          `${time(at)} ${inLine(by)}${status === null ? '' : ` set ${status}`}${note === null ? '' : `: ${note}`}`,
      ),
      ...asked.map(
        (each) =>
          `Question ${each.id} of ${inLine(each.by)}: ${each.question}${'answer' in each ? `\nAnswer of ${inLine(each.answeredBy)}: ${each.answer}` : ' (not answered yet)'}`,
      ),
    ].join('\n')
    return { content: [{ type: 'text', text }], data }
  },
})
