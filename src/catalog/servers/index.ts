import type { ServerSpec } from '../../model/manifest.ts'

/** A key of a built-in server, and where a person gets it. */
interface BuiltinKey {
  readonly name: string
  readonly from: string
  /** The page on which it is made. */
  readonly url: string
  /** How such keys begin, where their maker says so. */
  readonly begins?: readonly string[]
}

/** A server that `init` and `add` offer by its name. */
interface BuiltinServer {
  readonly name: string
  readonly title: string
  readonly description: string
  /** What goes into the manifest. */
  readonly server: ServerSpec
  /** The keys it needs. */
  readonly keys: readonly BuiltinKey[]
  /** Other packages, images and addresses of the same server: it is not offered beside them. */
  readonly also?: readonly string[]
  /** Folders, from home's `~`, without which it does not start. */
  readonly folders?: readonly string[]
  /** Tools that only look things up though they do not say so (`readOnlyHint`): shared, their answers are used again for a while. */
  readonly cache?: readonly string[]
  /** What is good to know before it is added. */
  readonly notes: readonly string[]
}

/** To add one: a file in `templates/servers`, and its line here. Loaded only when somebody asks. */
const files: Readonly<Record<string, () => Promise<{ readonly default: BuiltinServer }>>> = {
  tavily: () => import('../../../templates/servers/tavily.json', { with: { type: 'json' } }),
  filesystem: () => import('../../../templates/servers/filesystem.json', { with: { type: 'json' } }),
  memory: () => import('../../../templates/servers/memory.json', { with: { type: 'json' } }),
  github: () => import('../../../templates/servers/github.json', { with: { type: 'json' } }),
  scavio: () => import('../../../templates/servers/scavio.json', { with: { type: 'json' } }),
  'brave-search': () => import('../../../templates/servers/brave-search.json', { with: { type: 'json' } }),
  playwright: () => import('../../../templates/servers/playwright.json', { with: { type: 'json' } }),
  context7: () => import('../../../templates/servers/context7.json', { with: { type: 'json' } }),
  'sequential-thinking': () => import('../../../templates/servers/sequential-thinking.json', { with: { type: 'json' } }),
  'chrome-devtools': () => import('../../../templates/servers/chrome-devtools.json', { with: { type: 'json' } }),
  everything: () => import('../../../templates/servers/everything.json', { with: { type: 'json' } }),
}

/** Names of the built-in servers, in the order in which they are offered. */
export const builtinNames: readonly string[] = Object.keys(files)

/** The built-in server of that name, or null. */
export async function builtinServer(name: string): Promise<BuiltinServer | null> {
  const load = Object.hasOwn(files, name) ? files[name] : undefined
  return load === undefined ? null : (await load()).default
}

/** All of them, in that order. */
export async function builtinServers(): Promise<BuiltinServer[]> {
  const all = await Promise.all(builtinNames.map(builtinServer))
  return all.filter((each) => each !== null)
}

/** The key of a built-in server that is called so, also where a second value has a number behind the name; null: unknown. */
export async function builtinKey(name: string): Promise<BuiltinKey | null> {
  const plain = name.replace(/_\d+$/, '')
  const keys = (await builtinServers()).flatMap((each) => each.keys)
  return keys.find((each) => each.name === name) ?? keys.find((each) => each.name === plain) ?? null
}
