import type { Manifest } from '../../model/manifest.ts'

/** What a project's manifest may say; everything else in it is the user's to say. */
const PARTS: readonly string[] = ['$schema', 'version', 'servers', 'clients', 'launch']

/** The keys of a project's manifest that are ignored, sorted. */
export const ignoredKeys = (manifest: Manifest): string[] =>
  Object.keys(manifest)
    .filter((key) => !PARTS.includes(key))
    .sort()

/**
 * A project's manifest as far as it counts. Whoever wrote it must not choose the program that keeps the keys, since that
 * program is started by a mere look; so the user's own keeper stands in its place.
 */
export function projectManifest({ version, servers, clients, launch }: Manifest, user: Pick<Manifest, 'secrets'>): Manifest {
  return {
    version,
    servers,
    ...(clients === undefined ? {} : { clients }),
    ...(launch === undefined ? {} : { launch }),
    ...(user.secrets === undefined ? {} : { secrets: user.secrets }),
  }
}

/** A project's own settings as far as they say what its servers are, on every side alike. */
export const projectPart = ({ version, servers, launch }: Manifest): Manifest => ({
  version,
  servers: Object.fromEntries(Object.entries(servers).map(([name, { on: _on, runIn: _runIn, ...server }]) => [name, server])),
  ...(launch === undefined ? {} : { launch }),
})
