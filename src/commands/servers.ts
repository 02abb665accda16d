import { lookUp } from '../core/lookup.ts'
import { badName } from '../core/manifest/new-name.ts'
import { nearest } from '../core/nearest.ts'
import { usageError } from '../errors.ts'
import type { Situation } from '../effects/manifest/open.ts'
import type { Manifest } from '../model/manifest.ts'
import { visible } from '../ui/escape.ts'

/** Stops with the nearest name when a server is not in the manifest. */
export function demandServer(manifest: Manifest, name: string): void {
  if (lookUp(manifest.servers, name) !== undefined) return
  const guess = nearest(name, Object.keys(manifest.servers))
  throw usageError(`Unknown server "${name}".`, {
    hint: guess === null ? 'mcp-twin list shows all servers' : `did you mean "${guess}"?`,
  })
}

/** Entries of a server that no manifest has any more still stand somewhere: the command that took it out was broken off. */
export const isLeftOver = ({ manifest, state }: Situation, name: string): boolean =>
  lookUp(manifest.servers, name) === undefined &&
  Object.values(state.files).some((clients) =>
    Object.values(clients).some((files) =>
      Object.values(files).some(({ entries }) => Object.values(entries).some((entry) => entry.server === name)),
    ),
  )

/** Stops where a new name would not do: it is shown with its unseen characters spelled out. */
export function refuseBadName(name: string): void {
  const reason = badName(name)
  if (reason !== null) throw usageError(`"${visible(name)}" cannot be the name of a server: ${reason}.`, { hint: 'choose another name' })
}
