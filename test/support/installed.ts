import { mkdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { recordName } from '../../src/core/packages/place.ts'
import { readPrograms } from '../../src/core/packages/registry-answer.ts'
import { packageFolder } from '../../src/core/layout.ts'
import type { Lock, LockedPackage } from '../../src/model/lock.ts'
import type { MiniRegistry } from './mini-registry.ts'

// An npm costs as much as five of our programs, so a test that is not about installing begins with what npm would have left.
// That npm does leave it is shown by e2e/packages and e2e/init/init.

/** Name and version of `@tiny/other@2.0.0`. */
function split(spec: string): readonly [name: string, version: string] {
  const at = spec.lastIndexOf('@')
  return [spec.slice(0, at), spec.slice(at + 1)]
}

/** Puts published packages (`tiny-server@1.0.0`) below a side's own folder (`.mcp-twin`, as this machine opens it), as a sync would. */
export function putInstalled(registry: MiniRegistry, folder: string, ...specs: readonly string[]): void {
  for (const [name, version] of specs.map(split)) {
    const { manifest, files = {}, integrity } = registry.published(name, version)
    const prefix = join(folder, 'npm', packageFolder(name, version))
    const write = (path: string, text: string): void => {
      mkdirSync(dirname(join(prefix, path)), { recursive: true, mode: 0o700 })
      writeFileSync(join(prefix, path), text)
    }
    write('package.json', JSON.stringify({ private: true, dependencies: { [name]: version } }))
    for (const [path, text] of Object.entries({ 'package.json': JSON.stringify(manifest), ...files }))
      write(join('node_modules', name, path), text)
    write(recordName, JSON.stringify({ name, version, integrity, scripts: [], scriptsRan: false }))
  }
}

/** What a lock says of a published package. */
export function lockedOf(registry: MiniRegistry, spec: string): LockedPackage {
  const [name, version] = split(spec)
  const { manifest, integrity } = registry.published(name, version)
  return { name, version, integrity, bin: readPrograms(name, manifest.bin), scripts: false }
}

/** The text of a lock that pins the words of a manifest (`tiny-server@^1.0.0`) to published packages (`tiny-server@1.1.0`). */
export const lockText = (registry: MiniRegistry, pins: Readonly<Record<string, string>>): string => {
  const lock: Lock = {
    version: 1,
    packages: Object.fromEntries(Object.entries(pins).map(([words, spec]) => [words, lockedOf(registry, spec)])),
  }
  return `${JSON.stringify(lock, null, 2)}\n`
}
