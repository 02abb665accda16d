import { clientById } from '../../catalog/clients/index.ts'
import { loadFormats } from '../../core/formats/index.ts'
import { readClientFile } from '../../core/plan/file.ts'
import type { JsonValue } from '../../model/entry.ts'

/** The entries of a client's file, by name; null: the file cannot be read. */
export async function entriesIn(client: string, bytes: Uint8Array | null): Promise<ReadonlyMap<string, JsonValue> | null> {
  const definition = clientById(client)
  if (definition === null) return null
  await loadFormats([definition])
  const read = readClientFile(definition, bytes)
  return read.ok ? new Map(read.document.entries().map(({ name, value }) => [name, value])) : null
}
