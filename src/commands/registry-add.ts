import type { add as spec } from '../cli/specs/add.ts'
import type { Context } from '../context.ts'
import { nameFor } from '../core/import/pasted/server-name.ts'
import { secretName } from '../core/keys/naming.ts'
import { escapeTemplates } from '../core/keys/template.ts'
import { readEntry, type RegistryEntry } from '../core/registry/entry.ts'
import type { Slot } from '../core/registry/inputs.ts'
import { filled, type RegistryOffer, offerOf, slotsOf } from '../core/registry/offer.ts'
import type { Situation } from '../effects/manifest/open.ts'
import { askRegistry, registryAddress } from '../effects/registry/ask.ts'
import { EXIT, TwinError, usageError } from '../errors.ts'
import type { OptionsOf } from '../model/command-line.ts'
import { visible } from '../ui/escape.ts'
import { describe } from './add-typed.ts'
import { type NewServers, storedNames } from './pasted.ts'

/** Throws where nothing may be asked of the network. */
export function demandNetwork({ options }: Pick<Context, 'options'>): void {
  if (options.offline === true)
    throw new TwinError('offline', 'The registry is on the network, and --offline uses none.', { hint: 'type it without --offline' })
}

/** A server of the MCP registry as an ordinary one, with what it needs asked for. Nothing in it remembers the registry. */
export async function fromRegistry(
  context: Context,
  situation: Situation,
  wanted: { readonly name: string; readonly version: string | null },
  rest: readonly string[],
  options: OptionsOf<typeof spec>,
  only: readonly string[],
): Promise<NewServers> {
  const { io, prompt } = context
  demandNetwork(context)
  const entry = await entryOf(context, situation, wanted, options.registry)
  const offer = offerOf(entry, options.remote === true)
  if ('refuse' in offer) throw usageError(`${entry.name} cannot be added: ${visible(offer.refuse)}.`, { hint: visible(offer.hint) })
  const name = options.name ?? nameOf(entry)
  const given = await answers(context, situation, name, offer, options)
  const server = describe(
    name,
    rest,
    options,
    only,
    filled(offer, (slot) => given.get(slot) ?? ''),
  )
  const { left } = offer
  const notes = left.length === 0 ? [] : [`left out, since it is optional: ${left.map(visible).join(', ')}`]
  io.noteWhole(`${entry.name} ${visible(entry.version)}: ${visible(entry.description)}`, prompt.able)
  io.noteWhole('The registry proves who owns this name, not that the code is good.', prompt.able)
  if (entry.status === 'deprecated') await confirmDeprecated(context, entry)
  if (!prompt.able && context.options.yes !== true)
    throw usageError(`${whatOf(offer, server)} would be added as ${visible(name)}, and nobody can be asked.`, {
      hint: `mcp-twin add ${entry.name}@${entry.version} --yes`,
    })
  return { servers: { [name]: server }, keys: new Map(), builtins: [], notes }
}

const whatOf = ({ kind }: RegistryOffer, { package: words, pypi, url }: NewServers['servers'][string]): string =>
  kind === 'npm' ? `The npm package ${words}` : kind === 'pypi' ? `The Python package ${pypi}` : `The remote server ${visible(url ?? '')}`

/** The part of its name that says most: of `io.github.owner/mcp-server` the owner. */
const nameOf = ({ name }: RegistryEntry): string => {
  const [namespace = '', own = ''] = name.split('/')
  return nameFor({ package: own.toLowerCase() }) ?? nameFor({ package: (namespace.split('.').at(-1) ?? '').toLowerCase() }) ?? own
}

async function entryOf(
  { system, signal }: Context,
  { self }: Situation,
  { name, version }: { readonly name: string; readonly version: string | null },
  typed: string | undefined,
): Promise<RegistryEntry> {
  const address = registryAddress(system, typed)
  const path = `/v0.1/servers/${encodeURIComponent(name)}/versions/${encodeURIComponent(version ?? 'latest')}`
  const answer = await askRegistry(system, self, address, path, signal)
  const entry = readEntry(answer)
  const hint = `mcp-twin search ${name.split('/').at(-1)}`
  if (answer === null) throw usageError(`The registry has no ${name}${version === null ? '' : ` in version ${version}`}.`, { hint })
  if (entry === null || entry.name !== name || (version !== null && entry.version !== version))
    throw new TwinError('registry', `The registry ${new URL(address).host} answered with something else than ${name}.`, { hint })
  return entry
}

async function confirmDeprecated({ io, prompt }: Context, { name }: RegistryEntry): Promise<void> {
  io.noteWhole(`${name} is deprecated: its publisher advises against it.`, prompt.able)
  if (prompt.able && !(await prompt.confirm('Add it all the same?', { flag: '--yes', default: false })))
    throw new TwinError('cancelled', 'Cancelled; nothing was changed.', { exit: EXIT.cancelled })
}

/** What stands for each value that the server needs: the name of a key, or what a person typed. */
async function answers(
  context: Context,
  situation: Situation,
  server: string,
  offer: RegistryOffer,
  options: OptionsOf<typeof spec>,
): Promise<ReadonlyMap<Slot, string>> {
  const taken = new Set(await storedNames(context, situation))
  const typed = new Set([...(options.env ?? []), ...(options.header ?? [])].map((each) => each.split('=')[0] ?? ''))
  const found = new Map<Slot, string>()
  for (const slot of slotsOf(offer)) {
    if (typed.has(slot.label)) continue
    found.set(slot, slot.isSecret ? await keyFor(context, server, slot, taken) : escapeTemplates(await asked(context, slot)))
  }
  return found
}

/** A key that is stored already may be another one of the same name: it is used only where a person says so. */
export async function keyFor(
  { prompt }: Context,
  server: string,
  slot: Pick<Slot, 'label' | 'isVariable'>,
  taken: Set<string>,
): Promise<string> {
  const label = secretName(slot.label, slot.isVariable, server)
  const isShared =
    taken.has(label) &&
    prompt.able &&
    (await prompt.confirm(`${label} is stored already. Give that key to ${visible(server)}?`, { flag: '--yes', default: false }))
  const own = secretName(`${server}_${label}`, true, server)
  const names = isShared || !taken.has(label) ? [label] : [own, ...Array.from({ length: 99 }, (_, at) => `${own}_${at + 2}`)]
  const name = names.find((each) => isShared || !taken.has(each)) ?? own
  taken.add(name)
  return `\${secret:${name}}`
}

async function asked({ prompt }: Context, { label, isVariable, description, choices }: Slot): Promise<string> {
  const flag = isVariable ? `--env ${label}=VALUE` : `--header ${label}=VALUE, or its arguments after --`
  if (!prompt.able)
    throw usageError(`It needs a value for ${visible(label)}${description === null ? '' : ` (${visible(description)})`}.`, { hint: flag })
  const question = `${visible(label)}${description === null ? '' : `, ${visible(description)}`}:`
  return choices.length === 0
    ? prompt.text(question, { flag })
    : prompt.choose(
        question,
        choices.map((value) => ({ value, name: visible(value) })),
        { flag },
      )
}
