import { isDeepStrictEqual } from 'node:util'
import type { add as spec } from '../cli/specs/add.ts'
import { builtinNames } from '../catalog/servers/index.ts'
import type { Context, Run } from '../context.ts'
import { readWhat } from '../core/import/pasted/what.ts'
import { lookUp } from '../core/lookup.ts'
import { keysOf } from '../core/manifest/names.ts'
import type { Situation } from '../effects/manifest/open.ts'
import { switchChanges } from '../effects/manifest/switch-on.ts'
import { type ExitCode, usageError } from '../errors.ts'
import type { OptionsOf } from '../model/command-line.ts'
import type { JsonObject, JsonValue } from '../model/entry.ts'
import type { ServerSpec } from '../model/manifest.ts'
import type { Secret } from '../model/secret.ts'
import { readTyped, type TypedServer } from './add-typed.ts'
import { type Changes, changeManifest } from './change.ts'
import { askKeys } from './keys.ts'
import { makeFolders } from './named-servers.ts'
import { askExamples, exampleNotices, type NewServers, type Pasted, pastedText, readText, show, storedNames } from './pasted.ts'
import { refuseBadName } from './servers.ts'
import type { Tried } from './trying.ts'
import { visible } from '../ui/escape.ts'

/** Adds what a person names or pastes to the manifest and to every config: a built-in, a package, an address, a line, JSON, TOML. */
export const run: Run<typeof spec> = async (context, [word = '', ...rest], options) => {
  const only = [...(context.options.client ?? []), ...(context.options.on ?? [])]
  const typed = await readTyped(word, rest, options, only)
  const answers = new Map<string, Secret>()
  let added: Added = { servers: {}, notices: [], agreed: [] }
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
        agreed: added.agreed,
      }
    },
    async (situation, homeContext) => {
      const isRead = 'server' in typed || 'registry' in typed || 'extension' in typed
      const asked = isRead ? typed : typed.text === null ? await readInput(context, rest, options, only) : argument(typed.text)
      const found: NewServers =
        'server' in asked
          ? { ...asked, keys: new Map<string, Secret>(), notes: [] }
          : 'registry' in asked
            ? await (await import('./registry-add.ts')).fromRegistry(context, situation, asked.registry, rest, options, only)
            : 'extension' in asked
              ? await (await import('./extension-add.ts')).fromExtension(context, situation, asked.extension, rest, options, only)
              : await readText(context, situation, asked, rest, options, only)
      for (const [name, server] of Object.entries(found.servers)) {
        refuseBadName(name)
        isThere(situation, name, server)
      }
      for (const [key, value] of found.keys) answers.set(key, value)
      const isPlain = 'server' in asked && !asked.shown
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
        agreed: found.agreed ?? [],
        notices: [
          ...found.notes,
          ...exampleNotices(servers, situation.place.shown),
          ...needed.map((key) => `the key ${key} is needed: mcp-twin secret set ${key}`),
        ],
      }
    },
    (tried, code) => offerLogin(context, Object.keys(added.servers), tried, code),
  )
}

/** A server that was added and asks for a login: a person at a terminal may log in at once. */
async function offerLogin(context: Context, names: readonly string[], { logins }: Tried, code: ExitCode): Promise<ExitCode> {
  const name = logins.find((each) => names.includes(each))
  if (name === undefined || !context.prompt.able) return code
  if (!(await context.prompt.confirm(`${visible(name)} asks for a login. Log in now, for every program?`, { flag: '--yes' }))) return code
  const login = await import('./login.ts')
  return login.run({ ...context, command: 'login' }, [name], {})
}

const argument = (text: string): Pasted => ({ text, from: 'argument' })

/** What `add -` gets: a word that `add` takes too, or a text to be read. */
async function readInput(
  context: Context,
  [name]: readonly string[],
  options: OptionsOf<typeof spec>,
  only: readonly string[],
): Promise<TypedServer | Pasted> {
  const text = await pastedText(context)
  const { kind } = readWhat(text, builtinNames, () => null)
  if (kind !== 'builtin' && kind !== 'package' && kind !== 'pypi') return { text, from: 'standard input' }
  const found = await readTyped(text.trim(), [], name === undefined ? options : { name, ...options }, only)
  return 'server' in found ? found : { text, from: 'standard input' }
}

interface Added {
  readonly servers: Readonly<Record<string, ServerSpec>>
  readonly notices: readonly string[]
  /** Digests of what is agreed to besides what the manifest says. */
  readonly agreed: readonly string[]
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
  // The same extension as Claude Desktop has it now: a value may have become a key.
  if (server.extension !== undefined && server.extension === standing.extension) return false
  throw usageError(`The manifest already has a server "${name}".`, {
    hint: `choose another name with --name NAME, or take that one out first: mcp-twin remove ${name}`,
  })
}
