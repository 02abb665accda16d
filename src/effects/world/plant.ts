import { usageError } from '../../errors.ts'
import { type World, worldSchema } from '../../model/environment.ts'
import { reachable } from '../../model/path.ts'
import type { System } from '../../model/system.ts'

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
  return parsed.data
}

function parse(file: string, text: string): unknown {
  try {
    return JSON.parse(text)
  } catch (error) {
    if (error instanceof SyntaxError) throw usageError(`The planted world is not JSON: ${error.message}`, { hint, place: { file } })
    throw error
  }
}
