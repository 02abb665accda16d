import type { Found } from '../../core/import/merge.ts'
import { readClientFile } from '../../core/plan/file.ts'
import type { ObservedFile } from '../../core/plan/plan.ts'
import { Secret } from '../../model/secret.ts'
import type { State } from '../../model/state.ts'

/** Everything in the files that no record of ours knows. An entry whose name stands there twice is left out: which one counts is not ours to say. */
export function foreignEntries(files: readonly ObservedFile[], state: State): Found[] {
  return files.flatMap((file) => {
    const read = file.refusal === undefined && file.unused !== true && file.bytes !== null ? readClientFile(file.client, file.bytes) : null
    if (read === null || !read.ok) return []
    const ours = state.files[file.environment.id]?.[file.client.id]?.[file.file]?.entries ?? {}
    return read.document
      .entries()
      .filter(({ name, duplicate }) => !Object.hasOwn(ours, name) && !duplicate)
      .map(({ name, value }) => ({
        ...{ environment: file.environment, client: file.client, file: file.file, name, value: new Secret(value) },
        ...(file.startsOn === undefined ? {} : { startsOn: file.startsOn.environment }),
      }))
  })
}
