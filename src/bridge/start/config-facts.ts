import { isWindows, looksPosixPath, looksWindowsPath, toHere } from '../../core/paths.ts'
import { vetManifest } from '../../effects/store/vet.ts'
import { isTrouble } from '../../effects/store/trouble.ts'
import type { Environment, World } from '../../model/environment.ts'
import { native, type ReachablePath } from '../../model/path.ts'
import type { System } from '../../model/system.ts'
import { failed } from '../base/refusal.ts'
import type { ConfigFacts } from '../base/settings.ts'

/** Where the person's manifest is, and what is needed to read it. */
interface ManifestSource {
  readonly system: System
  readonly manifest: ReachablePath
  /** Why nothing in its folder is obeyed; null: it is. */
  readonly refused?: string | null
  readonly clientIds: readonly string[]
  world(): Promise<World>
}

/** Reads the person's manifest whenever it is asked for, and looks whether a path is a file, on whatever side. */
export const configFacts = (
  { system, manifest: path, refused = null, clientIds, world }: ManifestSource,
  self: Environment,
): ConfigFacts => ({
  async servers() {
    const refuse = (why: string): never => {
      throw failed(`The manifest cannot be used (${why}), so nobody can say what would change; mcp-twin doctor says what to do.`)
    }
    if (refused !== null) return refuse(refused)
    try {
      await vetManifest(system, self, { here: path, lockHere: path, root: null })
    } catch (error) {
      return refuse(error instanceof Error ? error.message : String(error))
    }
    const bytes = await system.files.read(path)
    if (bytes === null) return {}
    const { parseManifest } = await import('../../core/manifest/parse.ts')
    const parsed = parseManifest(bytes, clientIds)
    return parsed.ok ? parsed.manifest.servers : refuse(`${path}: ${parsed.message}`)
  },
  async isFile(path) {
    const isOwn = (side: Environment): boolean => (isWindows(side) ? looksWindowsPath(path) : looksPosixPath(path))
    for (const side of isOwn(self) ? [self] : (await world()).environments.filter(isOwn)) {
      const here = toHere(side, native(path))
      try {
        if (here !== null && (await system.files.look(here, 'follow'))?.kind === 'file') return true
      } catch (error) {
        if (!isTrouble(error)) throw error
      }
    }
    return false
  },
})
