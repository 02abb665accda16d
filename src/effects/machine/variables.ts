import { clients } from '../../catalog/clients/index.ts'
import type { Variables } from '../../catalog/environments/index.ts'
import { variableIn } from '../../core/lookup.ts'
import type { Environment } from '../../model/environment.ts'

export { variableIn as variable }

/** Variables that decide where programs keep their files. */
export const fileVariables: readonly string[] = clients.flatMap(({ variables = [] }) => variables)

/** Keeps those of a side's variables that decide where programs keep their files. */
export function keptVariables(variables: Variables): Pick<Environment, 'variables'> {
  const kept = fileVariables.flatMap((name): [string, string][] => {
    const value = variableIn(variables, name)
    return value === undefined ? [] : [[name, value]]
  })
  return kept.length === 0 ? {} : { variables: Object.fromEntries(kept) }
}
