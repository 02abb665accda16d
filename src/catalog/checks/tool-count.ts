import { defineCheck, type Facts } from '../../core/doctor/facts.ts'
import { programName, quoted } from '../../core/doctor/names.ts'
import { noneStarted } from '../../core/doctor/unstarted.ts'
import { lookUp } from '../../core/lookup.ts'
import { BRIDGE } from '../../core/manifest/new-name.ts'
import type { ProgramWeight } from '../../core/tokens/programs.ts'
import { byWeight, inThousands, tokensOf } from '../../core/tokens/weight.ts'
import type { CheckResult } from '../../model/check.ts'

/** Above this, the list of tools takes a tenth of what a model can hold. */
const tokensMost = 20_000

/** How many servers are named. */
const namesMost = 3

function ofProgram(facts: Facts, { environment, client, servers }: ProgramWeight): CheckResult[] {
  const known = servers.map(({ name, tools }) => ({ name, tokens: tokensOf(tools ?? []) })).sort(byWeight)
  const all = known.reduce((sum, { tokens }) => sum + tokens, 0)
  const file = facts.files.find((each) => each.environment.id === environment && each.client.id === client)
  if (all <= tokensMost || file === undefined) return []
  const heaviest = known.slice(0, namesMost)
  const ours = heaviest.find(({ name }) => name === BRIDGE || lookUp(facts.input.manifest.servers, name) !== undefined)
  const said = heaviest.map(({ name, tokens }) => `${name} ${inThousands(tokens)}`).join(', ')
  return [
    {
      ...{ level: 'info', subject: programName(facts, file), environment },
      message: `its tools cost about ${inThousands(all)} tokens in every conversation; the heaviest: ${said}`,
      fix: ours === undefined ? 'take those out that you do not use' : `mcp-twin tools ${quoted(ours.name)}`,
    },
  ]
}

export const toolCount = defineCheck({
  id: 'tool-count',
  group: 'servers',
  title: 'no program has more tools than it can use',
  run: (facts) => {
    const found = facts.weights.flatMap((program) => ofProgram(facts, program))
    const isKnown = facts.weights.every(({ servers }) => servers.every(({ tools }) => tools !== null))
    return found.length > 0 || isKnown ? found : (noneStarted(facts, 'number of tools') ?? [])
  },
})
