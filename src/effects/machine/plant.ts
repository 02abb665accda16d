import { usageError } from '../../errors.ts'
import { type Environment, type World, worldSchema } from '../../model/environment.ts'
import { type NativePath, native, reachable } from '../../model/path.ts'
import type { System } from '../../model/system.ts'
import { keptVariables, variable } from './variables.ts'

const hint = 'MCP_TWIN_WORLD is for tests; without it the machine itself is looked at'

/** The world that a test planted in a file, instead of what this machine is. Throws a usage error for anything else than a world. */
export async function plantedWorld(system: System, file: string): Promise<World> {
  const bytes = await system.files.read(reachable(file))
  if (bytes === null) throw usageError(`There is no planted world at ${file}.`, { hint })
  const parsed = worldSchema.safeParse(parse(file, new TextDecoder().decode(bytes)))
  if (!parsed.success) {
    const [issue] = parsed.error.issues
    const wanted = issue?.code === 'invalid_type' ? `must be ${issue.expected}` : 'is not valid'
    throw usageError(`The planted world is not one: ${issue?.path.join('.') ?? ''} ${wanted}`, { hint, place: { file } })
  }
  const { environments } = parsed.data
  const twice = environments.find((one, at) => environments.findIndex((other) => other.id === one.id) !== at)
  if (twice) throw usageError(`The planted world has two environments "${twice.id}".`, { hint, place: { file } })
  if (environments.filter(({ self }) => self).length !== 1) {
    throw usageError('The planted world needs exactly one environment with "self": true.', { hint, place: { file } })
  }
  return { ...parsed.data, environments: environments.map((each) => withVariables(system, each)) }
}

/**
 * A planted side's `variables` count as if its environment had been asked: they say where folders are that the test did not name.
 * The own side's programs have those of this process too.
 */
function withVariables(system: System, environment: Environment): Environment {
  const own = environment.self ? keptVariables(system.variables).variables : undefined
  const variables = { ...own, ...environment.variables }
  if (Object.keys(variables).length === 0) return environment
  const path = (name: string): NativePath | undefined => {
    const value = variable(variables, name)
    return value === undefined ? undefined : native(value)
  }
  const [appData, localAppData, systemRoot] = ['APPDATA', 'LOCALAPPDATA', 'SystemRoot'].map(path)
  const claudeConfigDir = path('CLAUDE_CONFIG_DIR')
  return {
    ...(appData && { appData }),
    ...(localAppData && { localAppData }),
    ...(systemRoot && { systemRoot }),
    ...(claudeConfigDir && { claudeConfigDir }),
    ...environment,
    variables,
  }
}

function parse(file: string, text: string): unknown {
  try {
    return JSON.parse(text)
  } catch (error) {
    if (error instanceof SyntaxError) throw usageError(`The planted world is not JSON: ${error.message}`, { hint, place: { file } })
    throw error
  }
}
