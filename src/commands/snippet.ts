import type { Context } from '../context.ts'
import { readSnippet as parseSnippet } from '../core/import/snippet.ts'
import type { SecretNames } from '../core/keys/naming.ts'
import type { NeutralContext } from '../core/launch/read.ts'
import { usageError } from '../errors.ts'
import { readStandardInput } from '../effects/run/standard-input.ts'
import type { ServerSpec } from '../model/manifest.ts'
import type { Secret } from '../model/secret.ts'

/** Servers to be added, with the keys that came along. */
export interface NewServers {
  readonly servers: Readonly<Record<string, ServerSpec>>
  readonly keys: ReadonlyMap<string, Secret>
}

/** The servers of a JSON snippet on standard input, as a README shows it; keys in it go into the store. */
export async function readSnippet(
  context: Context,
  text: string,
  name: string | undefined,
  only: readonly string[],
  around: NeutralContext,
  names: SecretNames,
): Promise<NewServers> {
  const read = parseSnippet(text, { ...(name === undefined ? {} : { name }), context: around, names })
  if (!read.ok)
    throw usageError(`${read.reason}.`, { hint: read.hint, place: { file: 'standard input', line: read.line, column: read.column } })
  for (const { value } of read.secrets) context.io.hide(value)
  const servers = Object.fromEntries(
    Object.entries(read.servers).map(([each, server]) => [each, only.length === 0 ? server : { ...server, only: [...only] }]),
  )
  return { servers, keys: new Map(read.secrets.map((each) => [each.name, each.value])) }
}

export const snippetText = (): Promise<string> => readStandardInput('The snippet', 'mcp-twin add - < snippet.json')
