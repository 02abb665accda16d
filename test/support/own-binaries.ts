import { readFileSync } from 'node:fs'
import { arch } from 'node:os'
import { join } from 'node:path'
import { projectFolder } from './machine.ts'
import type { MiniRegistry } from './mini-registry.ts'

/** The packages with binaries that the program takes along, by name, with their versions. */
export const ownBinaries: Readonly<Record<string, string>> = JSON.parse(
  readFileSync(join(projectFolder, 'package.json'), 'utf8'),
).optionalDependencies

/** The binary with SQLite for a platform and this machine's processor, with the usual C library. */
export const sqliteFor = (platform: string): string =>
  Object.keys(ownBinaries).find((name) => name.startsWith(`@libsql/${platform}-${arch()}`) && !name.endsWith('-musl')) ?? ''

/** The one for a platform and this machine's processor. */
export const binaryFor = (platform: string): string =>
  Object.keys(ownBinaries).find((name) => name.endsWith(`-${platform}-${arch()}`)) ?? ''

/** Stand-ins for them on a test's registry, so that the program can be put whole on another side of a planted world. */
export function publishBinaries(registry: MiniRegistry, names: readonly string[] = Object.keys(ownBinaries)): void {
  for (const name of names) {
    const [, system = '', cpu = ''] = /(win32|linux|darwin)-([a-z0-9]+)(?:-(?:gnu|musl|msvc))?$/.exec(name) ?? []
    // No script of a package that we bring may run: this one would fail the installation.
    const manifest = { name, version: ownBinaries[name] ?? '', os: [system], cpu: [cpu], scripts: { postinstall: 'exit 1' } }
    registry.publish({ manifest, files: { 'bin/tool': 'a program' } })
  }
}
