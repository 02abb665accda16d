import { pathArgument, text } from '../../base/input.ts'
import { failed } from '../../base/refusal.ts'
import { defineTool } from '../../contract/tool.ts'
import { spell, understand } from '../../policy/spelling.ts'

export const translatePath = defineTool({
  name: 'translate_path',
  family: 'bridge',
  effect: 'read',
  description: 'A path as another side of bridge_status spells it. Looks nothing up.',
  input: { path: pathArgument('spelled'), to: text() },
  subject: ({ path }) => path,
  async handle({ path, to }, { settings }) {
    const { environments } = await settings.world()
    const sides = { self: settings.self, others: environments.filter(({ self }) => !self) }
    const all = [sides.self, ...sides.others]
    // wsl.exe ignores the case of distribution names.
    const named = to.toLowerCase()
    const side = all.find(({ id }) => id.toLowerCase() === named) ?? all.find(({ kind }) => kind === named)
    if (side === undefined)
      throw failed(`Unknown side ${JSON.stringify(to.slice(0, 100))}; there are ${all.map(({ id }) => id).join(', ')}.`)
    const here = understand(path, sides, settings.roots[0] ?? sides.self.home)
    const spelled = spell(here, side, sides)
    if (spelled === null) throw failed(`${JSON.stringify(path)} cannot be reached from ${side.id}.`)
    return { content: [{ type: 'text', text: spelled }], data: { path: spelled, to: side.id } }
  },
})
