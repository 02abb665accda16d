import { nearest } from '../core/nearest.ts'
import { usageError } from '../errors.ts'
import type { Manifest } from '../model/manifest.ts'

/** Stops with the nearest name when a server is not in the manifest. */
export function demandServer(manifest: Manifest, name: string): void {
  if (manifest.servers[name] !== undefined) return
  const guess = nearest(name, Object.keys(manifest.servers))
  throw usageError(`there is no server "${name}" in the manifest.`, {
    hint: guess === null ? 'mcp-twin list shows them' : `did you mean "${guess}"?`,
  })
}
