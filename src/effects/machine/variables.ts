import type { Variables } from '../../catalog/environments/index.ts'
import { userDataVariable } from '../../core/desktop/places.ts'
import type { Environment } from '../../model/environment.ts'

/** A variable under any case of its name: Windows does not tell cases apart, and npm takes its own in both. */
export function variable(variables: Variables, name: string): string | undefined {
  const exact = variables[name]
  if (exact !== undefined) return exact === '' ? undefined : exact
  const wanted = name.toLowerCase()
  for (const [key, value] of Object.entries(variables)) if (key.toLowerCase() === wanted && value) return value
  return undefined
}

/** What is kept of a side's variables: no more than decides where a program keeps its files. */
export function userData(variables: Variables): Pick<Environment, 'variables'> {
  const value = variable(variables, userDataVariable)
  return value === undefined ? {} : { variables: { [userDataVariable]: value } }
}
