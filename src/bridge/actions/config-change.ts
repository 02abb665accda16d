import { isObject } from '../../core/object.ts'
import { badName } from '../../core/manifest/new-name.ts'
import { typedServer } from '../../core/manifest/typed.ts'
import type { JsonObject } from '../../model/entry.ts'
import type { ServerSpec } from '../../model/manifest.ts'
import { inLine } from '../base/text.ts'
import { denied, failed } from '../base/refusal.ts'

/** The arguments of update_mcp_config, not checked yet. */
interface Input {
  readonly name: string
  readonly command?: string | undefined
  readonly args?: readonly string[] | undefined
  readonly env?: unknown
  readonly url?: string | undefined
  readonly remove?: boolean | undefined
}

export interface ConfigChange {
  readonly params: JsonObject
  /** Null: the server is removed. */
  readonly server: ServerSpec | null
  /** The whole command, for the person who decides. */
  readonly shown: string
}

const plain = /^[\w@%+=:,./${}~-]+$/
/** A word as a shell would take it, with invisible characters made visible. */
const word = (text: string): string => inLine(plain.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`)

function variablesIn(env: unknown): readonly (readonly [string, string])[] {
  if (env === undefined) return []
  if (!isObject(env)) throw failed('"env" must be an object of strings.')
  return Object.entries(env).map(([name, value]) => {
    if (typeof value !== 'string') throw failed(`"env" must be an object of strings; ${JSON.stringify(name)} is none.`)
    if (!/^[A-Za-z_][A-Za-z0-9_]*$/.test(name)) throw failed(`${JSON.stringify(name)} is no name of a variable.`)
    return [name, value]
  })
}

/** Checks a change of the config and describes it. Refuses a literal key, as a command line does: the queue would store it. */
export function checkChange({ name, command, args, env, url, remove }: Input): ConfigChange {
  const bad = badName(name)
  if (bad !== null) throw failed(`${JSON.stringify(name)} cannot be the name of a server: ${bad}.`)
  if ([command, url, remove === true ? true : undefined].filter((each) => each !== undefined).length !== 1)
    throw failed('update_mcp_config takes one of command, url and remove: true.')
  if (command === undefined && (args !== undefined || env !== undefined)) throw failed('"args" and "env" go with "command" only.')
  if (remove === true) return { params: { name, remove }, server: null, shown: `remove ${word(name)}` }
  const variables = variablesIn(env)
  const made = typedServer(name, {
    ...(command !== undefined && { command }),
    ...(url !== undefined && { url }),
    args: args ?? [],
    env: variables.map(([key, value]) => `${key}=${value}`),
    ...{ secrets: [], headers: [], only: [] },
  })
  if (!made.ok) throw denied(`Nothing was queued: ${made.reason}; ${made.hint}.`)
  const params = {
    name,
    ...(command !== undefined && { command }),
    ...(args !== undefined && { args: [...args] }),
    ...(variables.length > 0 && { env: Object.fromEntries(variables) }),
    ...(url !== undefined && { url }),
  }
  const started = [
    ...variables.map(([key, value]) => `${key}=${word(value)}`),
    ...[command, ...(args ?? [])].flatMap((each) => (each === undefined ? [] : [word(each)])),
  ]
  return { params, server: made.server, shown: `${word(name)} = ${url === undefined ? started.join(' ') : word(url)}` }
}
