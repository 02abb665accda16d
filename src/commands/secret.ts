import type { secret as spec } from '../cli/specs/secret.ts'
import type { Context, VerbsOf } from '../context.ts'
import { hasKnownPrefix, looksLikeToken } from '../core/keys/judge.ts'
import { keysOfAll, keysOfStore } from '../core/manifest/names.ts'
import { clients } from '../catalog/clients/index.ts'
import { layout } from '../core/layout.ts'
import { readStandardInput } from '../effects/run/standard-input.ts'
import { findCopies } from '../effects/store/secret-copies.ts'
import { checkKeyName } from '../effects/store/secret-name.ts'
import { openSecrets } from '../effects/store/secrets.ts'
import { keyProjects, serversWith } from '../effects/manifest/key-users.ts'
import { loadManifest } from '../effects/manifest/load.ts'
import { vetOwn } from '../effects/store/vet.ts'
import { loadState } from '../effects/manifest/records.ts'
import { reach } from '../effects/manifest/open.ts'
import { EXIT, type ExitCode, usageError } from '../errors.ts'
import type { Manifest } from '../model/manifest.ts'
import { reveal, Secret } from '../model/secret.ts'
import { abbreviateHome, tilde } from '../ui/labels.ts'
import { atHome } from './at-home.ts'
import { wouldDo } from './change.ts'
import { askKey } from './keys.ts'
import type { Task } from './secret-entries.ts'
import { nearHint } from './unknown.ts'

const KEY_AS_NAME = 'That looks like a key, not the name of one. Revoke it where you got it: the shell history contains it now.'

/** Whether a name looks like a key: a long piece that is not made of words. */
const isKeyItself = (name: string): boolean =>
  (hasKnownPrefix(name) || looksLikeToken(name)) && /[a-z]/.test(name) && name.split('_').some((part) => part.length > 12)

const ways = (name: string): string =>
  `to be asked for it: mcp-twin secret set ${name}; to pipe it in: pass show … | mcp-twin secret set ${name}`

/** Refuses a word that cannot be the name of a key, and one that looks like a key itself. */
function checkNames(hint: string, ...names: readonly string[]): void {
  for (const name of names) {
    checkKeyName(name)
    if (isKeyItself(name)) throw usageError(KEY_AS_NAME, { hint })
  }
}

function withStore(context: Context, work: (task: Task) => Promise<ExitCode>): Promise<ExitCode> {
  return atHome(context, { mayBeAbsent: true }, async (homeContext) => {
    const { home } = homeContext
    const path = layout(home.environment, home.folder).manifest
    const loaded = await loadManifest(
      context.system,
      (await vetOwn(context.system, home.environment, home.folder)).manifest,
      path,
      clients.map((client) => client.id),
    )
    const manifest: Manifest = loaded?.manifest ?? { version: 1, servers: {} }
    const secrets = openSecrets(context.system, home.here, manifest, home.environment.id)
    return work({ context, homeContext, manifest, secrets, projects: await keyProjects(context.system, homeContext) })
  })
}

/** Who needs a key: servers of the user's manifest, and projects by their folders; `projects` is left out if empty. */
function usersOf({ manifest, projects }: Task, name: string): { usedBy: string[]; projects?: string[] } {
  const folders = projects.flatMap(({ folder, keys }) => (keys.includes(name) ? [folder] : []))
  return { usedBy: serversWith(manifest, name), ...(folders.length === 0 ? {} : { projects: folders }) }
}

/** The same as text; empty if nothing needs it. */
const usersInWords = (task: Task, name: string): string[] => {
  const { usedBy, projects = [] } = usersOf(task, name)
  const store = keysOfStore(task.manifest).includes(name) ? ['the store server'] : []
  return [...usedBy, ...store, ...projects.map((folder) => `the project ${tilde(folder, task.homeContext.home.environment.home)}`)]
}

async function set(task: Task, name: string): Promise<ExitCode> {
  const { context, secrets } = task
  const { io, prompt } = context
  if (secrets.kind === 'command') await secrets.set(name, new Secret(''))
  if (context.isDry === true) return wouldDo(context, `ask for ${name} and store it`)
  const value = prompt.able
    ? await askKey(context, name, (made) => `Value of ${name}${made}`, 'standard input')
    : await readStandardInput(`The key ${name}`, ways(name))
  if (value === '') throw usageError('The key is empty; nothing was stored.', { hint: ways(name) })
  io.hide(value)
  const changed = await secrets.set(name, new Secret(value))
  const users = usersOf(task, name)
  const { effectOf, offerSync } = await import('./secret-entries.ts')
  const effect = await effectOf(context, task.homeContext, name)
  io.json({ command: 'secret', action: 'set', name, changed, ...users, ...(effect.entries.length > 0 && { entries: effect.entries }) })
  io.out(changed ? `Stored ${name}.` : `${name} is already stored with this value.`)
  const said = usersInWords(task, name).join(', ')
  if (users.usedBy.length > 0) {
    const isWritten = effect.entries.length + effect.open.length === 0
    io.note(`Used by ${said}${isWritten ? '; every config that holds it has this value' : ''}.`)
  } else if (said !== '') io.note(`Used by ${said}, which receives it when its servers start.`)
  else io.note(`No server uses it yet. Write "\${secret:${name}}" in the manifest, or: mcp-twin add WHAT --secret ${name}`)
  return offerSync(context, task.homeContext, effect)
}

async function list(task: Task): Promise<ExitCode> {
  const { context, manifest, projects, secrets } = task
  const { io } = context
  const stored = new Set(await secrets.list())
  const named = [...keysOfAll(manifest), ...projects.flatMap(({ keys }) => keys)]
  const keys = []
  for (const name of [...new Set([...stored, ...named])].sort())
    keys.push({ name, stored: await secrets.has(name), ...usersOf(task, name) })
  io.json({ command: 'secret', action: 'list', keeper: secrets.kind, keys })
  const width = Math.max(0, ...keys.map(({ name }) => name.length))
  for (const { name, stored: there } of keys) {
    const said = usersInWords(task, name).join(', ')
    const users = said === '' ? io.paint.dim('used by no server') : `used by ${said}`
    io.out(`${name.padEnd(width)}  ${there ? '' : `${io.paint.bad('not stored')}, `}${users}`)
  }
  if (keys.length === 0) io.out('No keys yet. To store one: mcp-twin secret set NAME')
  const missing = keys.find((key) => !key.stored)
  if (missing !== undefined) io.note(secrets.trouble(missing.name) ?? `mcp-twin secret set ${missing.name}`)
  return EXIT.ok
}

async function remove(task: Task, name: string): Promise<ExitCode> {
  const { context, homeContext, secrets } = task
  const { io, system } = context
  if (secrets.kind === 'file' && !(await secrets.list()).includes(name))
    throw usageError(`Unknown key ${name}.`, { hint: nearHint(name, await secrets.list(), 'mcp-twin secret list') })
  if (context.isDry === true) return wouldDo(context, `remove ${name} from the store`)
  const value = await secrets.stored(name)
  if (value !== null) io.hide(reveal(value))
  await secrets.remove(name)
  const { home, world } = homeContext
  const state = await loadState(system, reach(home, layout(home.environment, home.folder).state))
  const { copies, unsearched } = value === null ? { copies: [], unsearched: [] } : await findCopies(system, world, state, value)
  const users = usersOf(task, name)
  io.json({ command: 'secret', action: 'remove', name, ...users, copies, ...(unsearched.length > 0 && { unsearched }) })
  io.out(`Removed ${name} from the store.`)
  if (copies.length > 0) {
    io.out('Its value is still in:')
    for (const { environment, file } of copies)
      io.out(`  ${abbreviateHome(file, world.environments)}${world.environments.length > 1 ? io.paint.dim(` (${environment})`) : ''}`)
  }
  if (unsearched.length > 0) io.out(`Could not search ${unsearched.join(', ')}; it may be there too.`)
  if (copies.length > 0 || unsearched.length > 0) io.note('To be safe, revoke the key where you got it.')
  const [first] = users.usedBy
  const said = usersInWords(task, name)
  const again = `store a new one: mcp-twin secret set ${name}`
  if (said.length > 0)
    io.note(
      `${said.join(', ')} ${said.length === 1 ? 'still needs' : 'still need'} it: ${first === undefined ? again : `mcp-twin remove ${first}; or ${again}`}`,
    )
  return EXIT.ok
}

/**
 * API keys: `set` stores one, `list` shows names and never values, `remove` forgets one and says where copies are, `merge`
 * makes two one.
 */
export const verbs: VerbsOf<typeof spec> = {
  async set(context, [name]) {
    checkNames(ways('NAME'), name)
    return withStore(context, (task) => set(task, name))
  },
  list: (context) => withStore(context, list),
  async remove(context, [name]) {
    checkKeyName(name)
    return withStore(context, (task) => remove(task, name))
  },
  async merge(context, [from, into]) {
    checkNames('mcp-twin secret merge FROM INTO', from, into)
    const { merge } = await import('./secret-merge.ts')
    return withStore(context, (task) => merge(task, from, into))
  },
}
