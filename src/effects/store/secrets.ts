import { secretsName } from '../../core/layout.ts'
import { usageError } from '../../errors.ts'
import type { Manifest } from '../../model/manifest.ts'
import { reachable, type ReachablePath } from '../../model/path.ts'
import { Secret } from '../../model/secret.ts'
import type { System } from '../../model/system.ts'
import { withFileLock } from './lock.ts'
import { type Keys, readKeys, sameKey, writeKeys } from './secrets-file.ts'
import { checkKeyName, isKeyName, variableOf } from './secret-name.ts'

/** A password manager may ask its owner to unlock it; this long it may take. */
const ANSWER_MS = 60_000

/** A key, or the reason why there is none. */
export type KeyAnswer = { readonly key: Secret<string> } | { readonly trouble: string }

/** Asks the manifest's own program for a key: no shell, `{name}` replaced in every word, one newline off the end of its answer. */
export async function askForKey(system: System, words: readonly string[], name: string): Promise<KeyAnswer> {
  const argv = words.map((word) => word.replaceAll('{name}', name))
  const shown = words.join(' ')
  const { code, stdout, timedOut, trouble } = await system.ask({ argv, timeoutMs: ANSWER_MS, env: withoutOurs(system) })
  if (trouble !== undefined) return { trouble: `"${shown}" could not be started (${trouble})` }
  if (timedOut) return { trouble: `"${shown}" did not answer within ${ANSWER_MS / 1000} s` }
  // What it printed is not repeated here: it may be a key, or a part of one.
  if (code !== 0) return { trouble: `"${shown}" ended with code ${code ?? 'none'} for ${name}` }
  const value = Buffer.from(stdout)
    .toString('utf8')
    .replace(/\r?\n$/, '')
  return value === '' ? { trouble: `"${shown}" printed nothing for ${name}` } : { key: new Secret(value) }
}

/** The program gets the user's environment without the keys that are meant for us. */
const withoutOurs = (system: System): Record<string, undefined> =>
  Object.fromEntries(
    Object.keys(system.variables)
      .filter((name) => /^MCP_TWIN_SECRET_/i.test(name))
      .map((name) => [name, undefined]),
  )

/** The keys of home. Reading never changes anything; every change reads again under a lock, so two at once keep both. */
export interface Secrets {
  /** `file`: `secrets.json` of home. `command`: a program of the user's keeps them, and we cannot change or list them. */
  readonly kind: 'file' | 'command'
  /** A key; a variable `MCP_TWIN_SECRET_<NAME>` of this run wins. Null: there is none (`trouble` may say why). */
  get(name: string): Promise<Secret<string> | null>
  has(name: string): Promise<boolean>
  /** The key as the store has it, whatever this run's environment says. */
  stored(name: string): Promise<Secret<string> | null>
  /** Names in the store, sorted; none are known where a program keeps the keys. */
  list(): Promise<string[]>
  /** The error of the user's program instead of a key. */
  trouble(name: string): string | null
  /** Stores keys, all of them or none. True: something changed. */
  set(name: string, value: Secret<string>): Promise<boolean>
  setAll(keys: Iterable<readonly [string, Secret<string>]>): Promise<string[]>
  /** False: there was none. */
  remove(name: string): Promise<boolean>
  /** Stores those of these names that this run's environment has; returns which of them are new or different. */
  takeFromEnvironment(names: Iterable<string>): Promise<string[]>
}

const LOCK_MS = 30_000

/** Opens the keys of a folder; nothing is read before it is asked for. `side` is the name this side has in locks. */
export function openSecrets(system: System, folder: ReachablePath, manifest: Pick<Manifest, 'secrets'>, side = 'self'): Secrets {
  const given = (name: string): Secret<string> | null => {
    const value = isKeyName(name) ? system.variables[variableOf(name)] : undefined
    return value === undefined || value === '' ? null : new Secret(value)
  }
  const command = manifest.secrets?.command
  return command === undefined
    ? fileStore(system, reachable(`${folder}/${secretsName}`), folder, side, given)
    : commandStore(system, command, given)
}

type Given = (name: string) => Secret<string> | null

function fileStore(system: System, path: ReachablePath, folder: ReachablePath, side: string, given: Given): Secrets {
  let read: Promise<Keys> | null = null
  const keys = (): Promise<Keys> => {
    read ??= readKeys(system, path)
    return read
  }
  /** Reads again, changes, writes: under the lock, and only when something is different. */
  const change = async (apply: (keys: Map<string, Secret<string>>) => string[]): Promise<string[]> => {
    await system.files.makeDirectory(folder, 0o700)
    // Two names of one file must not be two locks.
    const real = (await system.files.realPath(path)) ?? path
    return withFileLock(system, real, side, { waitMs: LOCK_MS }, async () => {
      const next = new Map(await readKeys(system, path))
      const changed = apply(next)
      if (changed.length > 0) await writeKeys(system, path, next)
      read = Promise.resolve(next)
      return changed
    })
  }
  const setAll = async (wanted: Iterable<readonly [string, Secret<string>]>): Promise<string[]> => {
    const list = [...wanted]
    for (const [name] of list) checkKeyName(name)
    if (list.length === 0) return []
    return change((next) =>
      list.flatMap(([name, value]) => {
        const same = sameKey(next.get(name), value)
        next.set(name, value)
        return same ? [] : [name]
      }),
    )
  }
  return {
    kind: 'file',
    get: async (name) => given(name) ?? (await keys()).get(name) ?? null,
    has: async (name) => given(name) !== null || (await keys()).has(name),
    stored: async (name) => (await keys()).get(name) ?? null,
    list: async () => [...(await keys()).keys()].sort(),
    trouble: () => null,
    set: async (name, value) => (await setAll([[name, value]])).length > 0,
    setAll,
    remove: async (name) => (await change((next) => (next.delete(name) ? [name] : []))).length > 0,
    takeFromEnvironment: async (names) => {
      const brought = [...new Set(names)].flatMap((name) => {
        const value = given(name)
        return value === null ? [] : [[name, value] as const]
      })
      const stored = await keys()
      return setAll(brought.filter(([name, value]) => !sameKey(stored.get(name), value)))
    },
  }
}

function commandStore(system: System, command: readonly string[], given: Given): Secrets {
  const answers = new Map<string, Promise<Secret<string> | null>>()
  const troubles = new Map<string, string>()
  const ask = async (name: string): Promise<Secret<string> | null> => {
    const asked = await askForKey(system, command, name)
    if ('key' in asked) return asked.key
    troubles.set(name, asked.trouble)
    return null
  }
  const get = async (name: string): Promise<Secret<string> | null> => {
    const brought = given(name)
    if (brought !== null || !isKeyName(name)) return brought
    const known = answers.get(name) ?? ask(name)
    answers.set(name, known)
    return known
  }
  const refuse = async (): Promise<never> => {
    throw usageError(`The manifest's own program keeps the keys: ${command.join(' ')}.`, {
      hint: 'change the key there, then: mcp-twin sync',
    })
  }
  return {
    kind: 'command',
    get,
    has: async (name) => (await get(name)) !== null,
    stored: async () => null,
    list: async () => [],
    trouble: (name) => troubles.get(name) ?? null,
    set: refuse,
    setAll: refuse,
    remove: refuse,
    takeFromEnvironment: async () => [],
  }
}
