import { bridgeSchema, manifestSchema, overrideSchema, serverSchema } from '../../model/manifest.ts'

/** Keys that may stand at a path of the manifest, for the hint behind an unknown one. */
export function knownKeys(path: readonly PropertyKey[]): string[] {
  const [top, , part] = path
  if (path.length === 0) return Object.keys(manifestSchema.shape)
  if (top === 'servers' && path.length === 2) return Object.keys(serverSchema.shape)
  if (top === 'servers' && part === 'on' && path.length === 4) return Object.keys(overrideSchema.shape)
  if (top === 'bridge' && path.length === 1) return Object.keys(bridgeSchema.shape)
  if (top === 'secrets' && path.length === 1) return ['command']
  return []
}
