import type { search as spec } from '../cli/specs/search.ts'
import type { Context, Run } from '../context.ts'
import { matching, readEntries, type RegistryEntry } from '../core/registry/entry.ts'
import { offerOf, slotsOf } from '../core/registry/offer.ts'
import { ownSide } from '../effects/machine/own.ts'
import { askRegistry, registryAddress } from '../effects/registry/ask.ts'
import { EXIT, TwinError, usageError } from '../errors.ts'
import { visible } from '../ui/escape.ts'
import { align, cutText } from '../ui/width.ts'
import { demandNetwork } from './registry-add.ts'

/** The registry is asked once for each word, and for no more of them. */
const wordsMost = 3
/** Answers to one word. */
const entriesMost = 100

/** Finds servers of the MCP registry. Nothing is kept of what it says. */
export const run: Run<typeof spec> = async (context, typed, options) => {
  const words = typed.filter((word) => word.trim() !== '')
  if (words.length === 0) throw usageError('search needs a word.', { hint: 'mcp-twin search github' })
  demandNetwork(context)
  const address = registryAddress(context.system, options.registry)
  const progress = context.io.progress('Asking the registry')
  const { entries, more } = await found(context, address, words).finally(() => progress.done())
  const rows = matching(entries, words).map(shown)
  context.io.json({ command: 'search', servers: rows, more })
  for (const line of lines(context, rows)) context.io.out(line)
  if (rows.length === 0) context.io.out(`The registry has no server with ${words.map(visible).join(' and ')}.`)
  if (more) context.io.note('The registry has more of them: another word finds fewer.')
  return EXIT.ok
}

async function found(
  { system, signal }: Context,
  address: string,
  words: readonly string[],
): Promise<{ entries: RegistryEntry[]; more: boolean }> {
  const { environment: self } = await ownSide(system)
  const lists = await Promise.all(
    [...new Set(words)].slice(0, wordsMost).map(async (word) => {
      const path = `/v0.1/servers?search=${encodeURIComponent(word)}&version=latest&limit=${entriesMost}`
      const read = readEntries(await askRegistry(system, self, address, path, signal))
      if (read !== null) return read
      throw new TwinError('registry', `The registry ${new URL(address).host} answered with no list of servers.`, {
        hint: 'try again later',
      })
    }),
  )
  return { entries: lists.flatMap((list) => list.entries), more: lists.some((list) => list.more) }
}

/** An entry as it is shown: what `add` would take of it, or why it would not. */
function shown(entry: RegistryEntry) {
  const offer = offerOf(entry, false)
  const { name, title, description, version, status } = entry
  const common = { name, title, description, version, kind: offer.kind, status }
  if ('refuse' in offer) return { ...common, keys: [], addable: false, reason: offer.refuse }
  const keys = slotsOf(offer).flatMap(({ label, isSecret }) => (isSecret ? [label] : []))
  return { ...common, keys: [...new Set(keys)], addable: true, reason: null }
}

/** Columns of a description, where the terminal is wide enough. */
const descriptionColumns = 100

function lines({ io }: Context, rows: readonly ReturnType<typeof shown>[]): string[] {
  if (rows.length === 0) return []
  const table = rows.map(({ name, version, kind, keys, status, addable }) => [
    ...[visible(name), visible(version), visible(kind)],
    ...[keys.map(visible).join(', ') || '–', addable ? status : status === 'active' ? 'by hand' : status],
  ])
  const [head = '', ...body] = align([['name', 'version', 'kind', 'keys', 'state'], ...table])
  const width = Math.min(io.width, descriptionColumns)
  const said = rows.flatMap(({ description, reason }, at) => [
    body[at] ?? '',
    io.paint.dim(`  ${cutText(visible(description).replace(/\s+/g, ' '), width - 2)}`),
    ...(reason === null ? [] : [io.paint.dim(`  ${visible(reason)}`)]),
  ])
  return [io.paint.strong(head), ...said, '', `To add one: mcp-twin add ${rows.find(({ addable }) => addable)?.name ?? 'NAME'}`]
}
