import type { ClientFile, DesktopPolicies } from '../../core/doctor/facts.ts'
import { isWindows } from '../../core/paths.ts'
import type { Environment, World } from '../../model/environment.ts'
import type { System } from '../../model/system.ts'
import { queryRegistry } from '../machine/registry.ts'

/** Where an administrator's rules for Claude Desktop stand, for the machine and for the user. */
const keys = ['HKLM', 'HKCU'].map((root) => `${root}\\SOFTWARE\\Policies\\Claude`)

/** What policies say of Claude Desktop, on every Windows side where it takes part. */
export function observePolicies(system: System, world: World, files: readonly ClientFile[]): Promise<DesktopPolicies[]> {
  const sides = new Set(
    files.filter(({ client, environment }) => client.id === 'claude-desktop' && isWindows(environment)).map((file) => file.environment),
  )
  return Promise.all([...sides].map((side) => policiesOf(system, world, side)))
}

async function policiesOf(system: System, world: World, environment: Environment): Promise<DesktopPolicies> {
  if (system.variables.MCP_TWIN_WORLD) return { environment, values: plantedPolicies(environment.policies ?? {}, []), trouble: null }
  const answers = await Promise.all(keys.map(async (key) => ({ key, answer: await queryRegistry(system, world, environment, key) })))
  const trouble = answers.map(({ answer }) => answer).find((answer) => typeof answer === 'string')
  const values = answers.flatMap(({ key, answer }) =>
    typeof answer === 'string' ? [] : [...answer].map(([name, value]) => ({ key, name, value })),
  )
  return { environment, values, trouble: values.length === 0 ? (trouble ?? null) : null }
}

/** A test plants values by their names, or below the names of their keys: `{"HKCU\\SOFTWARE\\Policies\\Claude": {"isLocalDevMcpEnabled": 0}}`. */
function plantedPolicies(planted: Readonly<Record<string, unknown>>, above: readonly string[]): DesktopPolicies['values'][number][] {
  return Object.entries(planted).flatMap(([path, value]) => {
    const names = [...above, ...path.split('\\')]
    if (typeof value === 'object' && value !== null) return plantedPolicies({ ...value }, names)
    const key = names.slice(0, -1).join('\\')
    return [{ key: key === '' ? (keys[0] ?? '') : key, name: names.at(-1) ?? '', value: String(value) }]
  })
}
