import { isObject } from '../object.ts'

/** A file that a command in the sandbox made or changed, of a kind that runs by itself later or starts programs. */
export interface Appeared {
  readonly path: string
  /** When, in ms since 1970. */
  readonly at: number
  /** Whose command it was. */
  readonly client: string
}

/** What `bridge/sandbox/appeared.json` holds, parsed; what is not an entry in it is left out. */
export const appearedIn = (json: unknown): Appeared[] => (Array.isArray(json) ? json.flatMap(entryOf) : [])

function entryOf(json: unknown): Appeared[] {
  if (!isObject(json)) return []
  const { path, at, client } = json
  return typeof path === 'string' && typeof at === 'number' && typeof client === 'string' ? [{ path, at, client }] : []
}
