import type { FileState, State } from '../../model/state.ts'

/** One client file, as state and backups name it. */
export interface FileName {
  readonly environment: string
  readonly client: string
  readonly file: string
}

/** Our record of a file; an empty one where there is none. */
export const recordOf = (state: State, { environment, client, file }: FileName): FileState =>
  state.files[environment]?.[client]?.[file] ?? { entries: {} }

/**
 * The state with another record of one file (null: none), which then is the last of its client: the order says which
 * was written last. The very same object when nothing is different.
 */
export function withRecord(state: State, name: FileName, next: FileState | null): State {
  const { environment, client, file } = name
  if (JSON.stringify(recordOf(state, name)) === JSON.stringify(next ?? { entries: {} })) return state
  const clients = state.files[environment] ?? {}
  const { [file]: _, ...others } = clients[client] ?? {}
  const files = next === null ? others : { ...others, [file]: next }
  return { ...state, files: { ...state.files, [environment]: { ...clients, [client]: files } } }
}
