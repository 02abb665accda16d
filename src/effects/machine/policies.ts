import { clients } from '../../catalog/clients/index.ts'
import type { ClientFile, WindowsPolicies } from '../../core/doctor/facts.ts'
import { isPolicyOff } from '../../core/doctor/names.ts'
import { isWindows } from '../../core/paths.ts'
import type { Environment, World } from '../../model/environment.ts'
import type { System } from '../../model/system.ts'
import { queryRegistry } from './registry.ts'

/** Reads the policies of clients that have some, on every Windows side where they take part. */
export function observePolicies(system: System, world: World, files: readonly ClientFile[]): Promise<WindowsPolicies[]> {
  const asked = files.flatMap(({ client, environment, scope }) =>
    client.policies !== undefined && isWindows(environment) && scope === 'user'
      ? [{ client: client.id, keys: client.policies.keys, environment }]
      : [],
  )
  return Promise.all(asked.map((each) => policiesOf(system, world, each)))
}

/** Whether a policy of Windows switches extensions off there. What cannot be asked forbids nothing: their program goes by it itself. */
export async function forbidsExtensions(system: System, world: World, environment: Environment): Promise<boolean> {
  if (!isWindows(environment)) return false
  for (const { id, policies } of clients) {
    const policy = policies?.switchesExtensions?.toLowerCase()
    if (policies === undefined || policy === undefined) continue
    const { values } = await policiesOf(system, world, { client: id, keys: policies.keys, environment })
    if (values.some(({ name, value }) => name.toLowerCase() === policy && isPolicyOff(value))) return true
  }
  return false
}

interface PolicyQuery {
  readonly client: string
  readonly keys: readonly string[]
  readonly environment: Environment
}

async function policiesOf(system: System, world: World, { client, keys, environment }: PolicyQuery): Promise<WindowsPolicies> {
  if (system.variables.MCP_TWIN_WORLD)
    return { client, environment, values: plantedPolicies(environment.policies ?? {}, keys[0] ?? '', []), trouble: null }
  const answers = await Promise.all(keys.map(async (key) => ({ key, answer: await queryRegistry(system, world, environment, key) })))
  const trouble = answers.map(({ answer }) => answer).find((answer) => typeof answer === 'string')
  const values = answers.flatMap(({ key, answer }) =>
    typeof answer === 'string' ? [] : [...answer].map(([name, value]) => ({ key, name, value })),
  )
  return { client, environment, values, trouble: values.length === 0 ? (trouble ?? null) : null }
}

/** A test plants values by their names, or below the names of their keys: `{"HKCU\\SOFTWARE\\Policies\\Claude": {"isLocalDevMcpEnabled": 0}}`. */
function plantedPolicies(
  planted: Readonly<Record<string, unknown>>,
  usual: string,
  above: readonly string[],
): WindowsPolicies['values'][number][] {
  return Object.entries(planted).flatMap(([path, value]) => {
    const names = [...above, ...path.split('\\')]
    if (typeof value === 'object' && value !== null) return plantedPolicies({ ...value }, usual, names)
    const key = names.slice(0, -1).join('\\')
    return [{ key: key === '' ? usual : key, name: names.at(-1) ?? '', value: String(value) }]
  })
}
