import { keysOfAll } from '../core/manifest/names.ts'
import { keyMerge } from '../core/manifest/merge-keys.ts'
import { serversWith } from '../effects/manifest/key-users.ts'
import { userPlace } from '../effects/manifest/place.ts'
import { editManifest, type ManifestChange } from '../effects/sync/edit-manifest.ts'
import { type ExitCode, usageError } from '../errors.ts'
import { wouldDo, writeManifestOnly } from './change.ts'
import { effectOf, offerSync, type Task } from './secret-entries.ts'
import { nearHint } from './unknown.ts'

/** Makes two keys one: every server that asks for `from` asks for `into`, whose value stays, and `from` leaves the store. */
export async function merge({ context, homeContext, manifest, secrets, projects }: Task, from: string, into: string): Promise<ExitCode> {
  const { io } = context
  if (from === into) throw usageError('These are one key already.', { hint: 'mcp-twin secret merge FROM INTO' })
  const servers = serversWith(manifest, from)
  if (servers.length === 0 && !(await secrets.has(from)))
    throw usageError(`Unknown key ${from}.`, {
      hint: nearHint(from, [...(await secrets.list()), ...keysOfAll(manifest)], 'mcp-twin secret list'),
    })
  if (!(await secrets.has(into)))
    throw usageError(`No value is stored for ${into}, the key that is to stay.`, { hint: `mcp-twin secret set ${into}` })
  for (const name of [from, into]) {
    const value = await secrets.stored(name)
    if (value !== null) io.hide(value)
  }
  if (context.isDry === true) return wouldDo(context, `let every server use ${into} in place of ${from}`)
  const place = userPlace(homeContext.home)
  if (servers.length > 0)
    await writeManifestOnly(context, { ...homeContext, place }, 'secret', {
      open: () => homeContext.openAt(place),
      edit: async (situation) => {
        const changes = keyMerge(situation.manifest.servers, from, into).map(({ path, value }): ManifestChange => {
          const whole = ['servers', ...path]
          if (value === undefined) return { kind: 'remove', path: whole }
          return { kind: 'set', path: whole, value: typeof value === 'string' ? value : [...value] }
        })
        return changes.length === 0 ? null : editManifest(situation, changes)
      },
    })
  const asking = projects.filter(({ keys }) => keys.includes(from)).map(({ folder }) => folder)
  const removed = secrets.kind === 'file' && asking.length === 0 && (await secrets.remove(from))
  const effect = await effectOf(context, homeContext, into)
  io.json({
    ...{ command: 'secret', action: 'merge', from, into, servers, removed, entries: effect.entries },
    ...(asking.length === 0 ? {} : { projects: asking }),
  })
  const who =
    servers.length === 0 ? 'No server used' : `${servers.join(', ')} ${servers.length === 1 ? 'uses' : 'use'} ${into} now, no longer`
  io.out(`${who} ${from}${removed ? ', which left the store' : ''}.`)
  if (asking.length > 0) io.out(`${from} stays in the store: ${asking.join(', ')} ${asking.length === 1 ? 'asks' : 'ask'} for it.`)
  if (secrets.kind === 'command') io.out(`${from} is kept by a program of yours, which mcp-twin does not change.`)
  return offerSync(context, homeContext, effect)
}
