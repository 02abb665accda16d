import type { ClientDefinition } from '../../model/client.ts'
import type { Format, FormatName } from '../../model/format.ts'
import { commented, json, jsonc } from './json/format.ts'

type WithFormat = Pick<ClientDefinition, 'format'>

const loaded = new Map<FormatName, Format>([
  ['json', json],
  ['commented', commented],
  ['jsonc', jsonc],
])

/** Formats that few need: their code is loaded for the first client that is written in one. */
const late: Readonly<Partial<Record<FormatName, () => Promise<Format>>>> = {
  toml: async () => (await import('./toml/format.ts')).toml,
}

/** Loads what reads the files of these clients; to be awaited before `formatOf` is asked for one of them. */
export async function loadFormats(clients: Iterable<WithFormat>): Promise<void> {
  for (const { format } of clients) {
    const load = loaded.has(format) ? undefined : late[format]
    if (load) loaded.set(format, await load())
  }
}

/** How a file is written, by its name, read as leniently as any program reads such a file; null where no format of ours is that. */
export async function formatOfFile(name: string): Promise<Format | null> {
  if (/\.(?:jsonc?|json5|code-workspace)$/i.test(name)) return jsonc
  if (!/\.toml$/i.test(name)) return null
  await loadFormats([{ format: 'toml' }])
  return formatOf({ format: 'toml' })
}

/** How the files of a client are written. */
export function formatOf({ format }: WithFormat): Format {
  const found = loaded.get(format)
  if (found === undefined) throw new Error(`the format ${format} was not loaded`)
  return found
}
