import { createHash } from 'node:crypto'
import type { ClientDefinition } from '../../model/client.ts'
import type { JsonValue } from '../../model/entry.ts'
import { meaning } from '../launch/meaning.ts'
import { neutral, type NeutralContext, ownEntry } from '../launch/read.ts'
import { parseWords } from '../packages/words.ts'

/** What an entry starts, and with which values: SHA-256 in hex, so that no key can be read from it. */
export interface Fingerprint {
  /** What it starts or reaches, versions of packages aside. */
  readonly starts: string
  /** Its variables and headers; null: our launcher gets them from the store, and the entry does not show them. */
  readonly values: string | null
}

const digest = (value: unknown): string =>
  createHash('sha256')
    .update(JSON.stringify(value) ?? '')
    .digest('hex')

const packageName = (words: string | undefined): string | undefined => {
  if (words === undefined) return undefined
  const parsed = parseWords(words)
  return 'refuse' in parsed ? words : parsed.name
}

/** The fingerprint of an entry; null: it cannot be read, or starts our bridge. */
export function fingerprint(client: ClientDefinition, context: NeutralContext, value: JsonValue): Fingerprint | null {
  const entry = meaning(value, client)
  if ('unreadable' in entry) return null
  const own = ownEntry(entry, context)
  if (own?.kind === 'bridge') return null
  const { package: words, command, args = [], url, bin, runIn, transport, env = {}, headers = {} } = neutral(entry, context)
  return {
    starts: digest([packageName(words), command, args, url, bin, runIn, transport]),
    values: own === null ? digest([env, headers]) : null,
  }
}

/** How two entries differ: not at all, in their variables and headers alone, or in what they start. */
export function compareFingerprints(one: Fingerprint | null, other: Fingerprint | null): 'same' | 'keys' | 'other' {
  if (one === null || other === null) return 'same'
  if (one.starts !== other.starts) return 'other'
  return one.values === null || other.values === null || one.values === other.values ? 'same' : 'keys'
}

/** Whether an entry was written anew, for another program or address, rather than edited. */
export function isAnother(client: ClientDefinition, context: NeutralContext, one: JsonValue, other: JsonValue): boolean {
  const starts = (value: JsonValue): string | null => {
    const entry = meaning(value, client)
    if ('unreadable' in entry) return null
    const own = ownEntry(entry, context)
    if (own !== null) return JSON.stringify(own)
    const { package: words, command, url } = neutral(entry, context)
    return JSON.stringify([packageName(words), command, url])
  }
  return starts(one) !== starts(other)
}
