import { presentEntries } from '../../core/json/entries.ts'
import { meaning } from '../../core/launch/digest.ts'
import { readClientFile } from '../../core/plan/file.ts'
import type { ObservedFile } from '../../core/plan/plan.ts'
import type { Entry } from '../../model/entry.ts'
import type { State } from '../../model/state.ts'

/** An entry that stands in some client's file and is not ours. */
export interface FoundEntry {
  readonly file: ObservedFile
  readonly name: string
  readonly entry: Entry
}

export interface Found {
  readonly entries: readonly FoundEntry[]
  /** Entries whose shape cannot be read: they are left alone. */
  readonly unreadable: readonly { readonly file: ObservedFile; readonly name: string; readonly reason: string }[]
}

/** Everything in the files that no record of ours knows. */
export function foreignEntries(files: readonly ObservedFile[], state: State): Found {
  const entries: FoundEntry[] = []
  const unreadable: { file: ObservedFile; name: string; reason: string }[] = []
  for (const file of files) {
    const read = file.refusal === undefined && file.bytes !== null ? readClientFile(file.client, file.bytes) : null
    if (read === null || !read.ok) continue
    const ours = state.files[file.environment.id]?.[file.client.id]?.[file.file]?.entries ?? {}
    for (const { name, value, duplicate } of presentEntries(read.document)) {
      if (ours[name] !== undefined) continue
      const entry = meaning(value, file.client)
      if (duplicate) unreadable.push({ file, name, reason: 'its name stands there twice' })
      else if ('unreadable' in entry) unreadable.push({ file, name, reason: entry.unreadable })
      else entries.push({ file, name, entry })
    }
  }
  return { entries, unreadable }
}
