import { isKey } from '../../core/keys/judge.ts'
import { isWindows } from '../../core/paths.ts'
import type { ClientDefinition, ReferenceContext } from '../../model/client.ts'
import type { Entry } from '../../model/entry.ts'
import type { Environment } from '../../model/environment.ts'
import type { System } from '../../model/system.ts'

export interface FillOptions {
  readonly client: Pick<ClientDefinition, 'references'>
  /** The side on which the client starts the entry. */
  readonly environment: Environment
  /** The folder that is open in the client; null: none. */
  readonly project: string | null
  /** Tells the terminal to hide a value. */
  hide(value: string): void
}

/** An entry with its references filled as its client fills them before it starts or reaches the server. */
export function filledEntry(system: System, entry: Entry, { client, environment, project, hide }: FillOptions): Entry {
  const { references } = client
  if (references === undefined) return entry
  const variable = (name: string): string | undefined => {
    // Keys that this run was given are for us; the variables of another side are known only to that side.
    const value = /^MCP_TWIN_SECRET_/i.test(name) || !environment.self ? undefined : system.variables[name]
    if (value !== undefined && isKey(name, value) !== null) hide(value)
    return value ?? (name === 'HOME' && !isWindows(environment) ? environment.home : undefined)
  }
  const context: ReferenceContext = { variable, home: environment.home, project, isWindows: isWindows(environment) }
  const text = (value: string): string => references.fill(value, context)
  const texts = (values: Readonly<Record<string, string>>): Record<string, string> =>
    Object.fromEntries(Object.entries(values).map(([name, value]) => [name, text(value)]))
  return entry.kind === 'stdio'
    ? { ...entry, command: text(entry.command), args: entry.args.map(text), env: texts(entry.env) }
    : { ...entry, url: text(entry.url), headers: texts(entry.headers) }
}
