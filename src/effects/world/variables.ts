import type { Variables } from '../../catalog/environments/index.ts'

/** A variable under any case of its name: Windows does not tell cases apart, and npm takes its own in both. */
export function variable(variables: Variables, name: string): string | undefined {
  const exact = variables[name]
  if (exact !== undefined) return exact === '' ? undefined : exact
  const wanted = name.toLowerCase()
  for (const [key, value] of Object.entries(variables)) if (key.toLowerCase() === wanted && value) return value
  return undefined
}
