import { EXIT, TwinError } from '../../errors.ts'
import { parseManifest } from '../../core/manifest/parse.ts'
import type { Manifest } from '../../model/manifest.ts'
import type { System } from '../../model/system.ts'
import type { VettedPath } from '../store/vet.ts'

/** A manifest as read: its meaning and the very bytes, which our own edits start from. */
export interface LoadedManifest {
  readonly manifest: Manifest
  readonly bytes: Uint8Array
}

/** Reads a manifest; null when there is none. A bad one is a TwinError with file, line and column, exit code 2. */
export async function loadManifest(
  system: System,
  here: VettedPath,
  shown: string,
  clientIds: readonly string[],
): Promise<LoadedManifest | null> {
  const bytes = await system.files.read(here).catch((error: unknown) => {
    if (!(error instanceof Error && 'code' in error && error.code === 'EISDIR')) throw error
    const more = { exit: EXIT.usage, place: { file: shown }, hint: 'move that folder away, or name another manifest: --manifest PATH' }
    throw new TwinError('bad-manifest', `${shown} cannot be read: that is a folder, not a file.`, more)
  })
  if (bytes === null) return null
  const parsed = parseManifest(bytes, clientIds)
  if (!parsed.ok) {
    const { message, line, column } = parsed
    throw new TwinError('bad-manifest', message, {
      exit: 2,
      place: { file: shown, line, column },
      hint: 'fix the manifest; to see its JSON Schema: mcp-twin schema',
    })
  }
  return { manifest: parsed.manifest, bytes }
}
