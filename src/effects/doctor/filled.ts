import { isKey } from '../../core/keys/judge.ts'
import { startSide } from '../../core/plan/plan.ts'
import { isWindows } from '../../core/paths.ts'
import type { ClientFile } from '../../core/doctor/facts.ts'
import type { ReferenceGround } from '../../model/client.ts'
import type { Entry } from '../../model/entry.ts'
import type { System } from '../../model/system.ts'

interface FillOptions {
  readonly project: string | null
  /** Tells the terminal to hide a value. */
  hide(value: string): void
}

/** An entry with its references filled as its client fills them before it starts or reaches the server. */
export function filled(system: System, file: ClientFile, entry: Entry, { project, hide }: FillOptions): Entry {
  const { references } = file.client
  const environment = startSide(file)
  if (references === undefined) return entry
  const variable = (name: string): string | undefined => {
    // Keys that this run was given are for us; the variables of another side are known only to that side.
    const value = /^MCP_TWIN_SECRET_/i.test(name) || !environment.self ? undefined : system.variables[name]
    if (value !== undefined && isKey(name, value) !== null) hide(value)
    return value ?? (name === 'HOME' && !isWindows(environment) ? environment.home : undefined)
  }
  const ground: ReferenceGround = { variable, home: environment.home, project, isWindows: isWindows(environment) }
  const text = (value: string): string => references.fill(value, ground)
  const texts = (values: Readonly<Record<string, string>>): Record<string, string> =>
    Object.fromEntries(Object.entries(values).map(([name, value]) => [name, text(value)]))
  return entry.kind === 'stdio'
    ? { ...entry, command: text(entry.command), args: entry.args.map(text), env: texts(entry.env) }
    : { ...entry, url: text(entry.url), headers: texts(entry.headers) }
}
