import type { Environment, World } from '../../model/environment.ts'
import type { ServerSpec } from '../../model/manifest.ts'
import { native } from '../../model/path.ts'
import { escapeTemplates } from '../keys/template.ts'
import { foreignPath, joinPath, pathsInside, readPath, translate } from '../paths.ts'
import { spellings } from './unify.ts'

/** Where a server comes from, and the sides that shall have it too. */
export interface Journey {
  readonly from: Environment
  readonly to: readonly Environment[]
  readonly world: World
  readonly home: Environment
}

export interface SharedPaths {
  readonly server: ServerSpec
  /** Paths that are written as `${path:…}` now. */
  readonly paths: readonly string[]
  /** Paths that some of the sides cannot reach; they stay as they are. */
  readonly stuck: readonly string[]
}

/**
 * The server with those of its paths that mean nothing on another side as `${path:…}`, which each side spells for itself. On the
 * side that it comes from nothing changes. What differs per side already, or runs on one of them, is left alone.
 */
export function withSharedPaths(server: ServerSpec, journey: Journey): SharedPaths {
  const [paths, stuck]: [string[], string[]] = [[], []]
  if (server.on !== undefined || server.runIn !== undefined || server.url !== undefined) return { server, paths, stuck }
  const change = (text: string): string => {
    const path = journey.to.map((side) => foreignPath(side, text)).find((each) => each !== null) ?? null
    if (path === null) stuck.push(...journey.to.flatMap((side) => pathsInside(side, text)))
    if (path === null || /\$+\{/.test(text)) return text
    const written = sharedSpelling(path, journey)
    ;(written === null ? stuck : paths).push(path)
    return written === null ? text : `${escapeTemplates(text.slice(0, text.length - path.length))}\${path:${written}}`
  }
  const { args, env } = server
  const changed = {
    ...server,
    ...(args !== undefined && { args: args.map(change) }),
    ...(env !== undefined && { env: Object.fromEntries(Object.entries(env).map(([name, text]) => [name, change(text)])) }),
  }
  return { server: changed, paths: [...new Set(paths)], stuck: [...new Set(stuck)] }
}

/** How the manifest writes a path so that its own side gets it back and each of the others reaches it; null: it cannot. */
function sharedSpelling(path: string, { from, to, world, home }: Journey): string | null {
  for (const written of spellings(native(path), from, home, world)) {
    const place = /[{}]/.test(written) ? null : readPath(written, world, home)
    const on = (side: Environment): string | null => (place === null ? null : translate(world, place.path, place.environment, side))
    if (on(from) === joinPath(from, path) && to.every((side) => on(side) !== null)) return written
  }
  return null
}
