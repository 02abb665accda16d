import { isDeepStrictEqual } from 'node:util'
import type { add as spec } from '../cli/specs/add.ts'
import type { Run } from '../context.ts'
import { lookUp } from '../core/lookup.ts'
import { keysOf } from '../core/manifest/names.ts'
import type { Situation } from '../effects/manifest/open.ts'
import { switchChanges } from '../effects/manifest/switch-on.ts'
import { usageError } from '../errors.ts'
import type { JsonObject, JsonValue } from '../model/entry.ts'
import type { ServerSpec } from '../model/manifest.ts'
import type { Secret } from '../model/secret.ts'
import { readTyped } from './add-typed.ts'
import { type Changes, changeManifest } from './change.ts'
import { askKeys } from './keys.ts'
import { makeFolders } from './named-servers.ts'
import { askExamples, exampleNotices, readText, show, storedNames } from './pasted.ts'
import { refuseBadName } from './servers.ts'

/** Adds what a person names or pastes to the manifest and to every config: a built-in, a package, an address, a line, JSON, TOML. */
export const run: Run<typeof spec> = async (context, [word = '', ...rest], options) => {
  const only = [...(context.options.client ?? []), ...(context.options.on ?? [])]
  const typed = await readTyped(word, rest, options, only)
  const answers = new Map<string, Secret>()
  let added: Added = { servers: {}, notices: [] }
  return changeManifest(
    context,
    options,
    async (situation): Promise<Changes> => {
      const fresh = Object.entries(added.servers).filter(([name, server]) => !isThere(situation, name, server))
      return {
        changes: [
          ...fresh.map(([name, server]) => ({ kind: 'set' as const, path: ['servers', name], value: asJson(server) })),
          ...switchChanges(situation, { clients: context.options.client ?? [], on: context.options.on ?? [] }),
        ],
        brought: answers,
        notices: added.notices,
        about: Object.keys(added.servers),
      }
    },
    async (situation, homeContext) => {
      const found =
        'server' in typed
          ? { ...typed, keys: new Map<string, Secret>(), notes: [] }
          : 'registry' in typed
            ? await (await import('./registry-add.ts')).fromRegistry(context, situation, typed.registry, rest, options, only)
            : await readText(context, situation, typed, rest, options, only)
      for (const [name, server] of Object.entries(found.servers)) {
        refuseBadName(name)
        isThere(situation, name, server)
      }
      for (const [key, value] of found.keys) answers.set(key, value)
      const isPlain = 'server' in typed && !typed.shown
      const stored = new Set(await storedNames(context, situation))
      const isKnown = (key: string): boolean => answers.has(key) || stored.has(key)
      if (!isPlain) await show(context, found.servers, { keysOf, isKnown })
      const servers = await askExamples(context, found.servers)
      if (context.isDry !== true) {
        await askKeys(context, situation, Object.values(servers).flatMap(keysOf), answers)
        await makeFolders(context, homeContext, found.builtins)
      }
      const needed = options.sync === false ? [...new Set(Object.values(servers).flatMap(keysOf))].filter((key) => !isKnown(key)) : []
      added = {
        servers,
        notices: [
          ...found.notes,
          ...exampleNotices(servers, situation.place.shown),
          ...needed.map((key) => `the key ${key} is needed: mcp-twin secret set ${key}`),
        ],
      }
    },
  )
}

interface Added {
  readonly servers: Readonly<Record<string, ServerSpec>>
  readonly notices: readonly string[]
}

/** A server as plain JSON: what is undefined is left out. */
export const asJson = (server: ServerSpec): JsonObject => JSON.parse(JSON.stringify(server)) as { [key: string]: JsonValue }

/**
 * Stops where the name is taken by another server. The very same one is no trouble: the command is typed again after it
 * was broken off, and the sync behind it does the rest.
 */
function isThere({ manifest }: Situation, name: string, server: ServerSpec): boolean {
  const standing = lookUp(manifest.servers, name)
  if (standing === undefined) return false
  if (isDeepStrictEqual(standing, asJson(server))) return true
  throw usageError(`The manifest already has a server "${name}".`, {
    hint: `mcp-twin remove ${name} first, or choose another name with --name NAME`,
  })
}
