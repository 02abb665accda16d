import type { Manifest } from '../../model/manifest.ts'
import { asPackage } from './project-runner.ts'

/** What a project's manifest may say; everything else in it is the user's to say. */
const PARTS: readonly string[] = ['$schema', 'version', 'servers', 'clients', 'launch']

/** The keys of a project's manifest that are ignored, sorted. */
export const ignoredKeys = (manifest: Manifest): string[] =>
  [
    ...Object.keys(manifest).filter((key) => !PARTS.includes(key)),
    ...Object.entries(manifest.servers).flatMap(([name, { machines }]) => (machines === undefined ? [] : [`servers.${name}.machines`])),
  ].sort()

/** What starts each server: a package where its command would fetch that package with keys. Machines are the user's to say. */
const servers = (manifest: Pick<Manifest, 'servers'>): Manifest['servers'] =>
  Object.fromEntries(Object.entries(manifest.servers).map(([name, { machines: _, ...server }]) => [name, asPackage(server)]))

/**
 * A project's manifest as far as it counts. Whoever wrote it must not choose the program that keeps the keys, since that
 * program is started by a mere look; so the user's own keeper is used in its place.
 */
export function projectManifest(manifest: Manifest, user: Pick<Manifest, 'secrets'>): Manifest {
  const { version, clients, launch } = manifest
  return {
    version,
    servers: servers(manifest),
    ...(clients === undefined ? {} : { clients }),
    ...(launch === undefined ? {} : { launch }),
    ...(user.secrets === undefined ? {} : { secrets: user.secrets }),
  }
}

/** A project's own settings as far as they say what its servers are, on every side alike. */
export const projectPart = (manifest: Manifest): Manifest => ({
  version: manifest.version,
  servers: Object.fromEntries(Object.entries(servers(manifest)).map(([name, { on: _on, runIn: _runIn, ...server }]) => [name, server])),
  ...(manifest.launch === undefined ? {} : { launch: manifest.launch }),
})
