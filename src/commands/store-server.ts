import type { ServerTrust } from '../bridge/machines/client.ts'
import { type JoinedServer, serverOf } from '../bridge/machines/copy.ts'
import { type OutboxCounts, outboxCounts } from '../bridge/machines/outbox.ts'
import { StorePlace } from '../bridge/store/place.ts'
import { type StoredCounts, storedCounts } from '../bridge/store/state.ts'
import type { Context } from '../context.ts'
import { count } from '../core/count.ts'
import { troubleWithStore } from '../core/manifest/rules.ts'
import { toHere } from '../core/paths.ts'
import { absolute, userPlace } from '../effects/manifest/place.ts'
import { editManifest, type ManifestChange } from '../effects/sync/edit-manifest.ts'
import { noManifest, TwinError, usageError } from '../errors.ts'
import type { JsonObject } from '../model/entry.ts'
import type { StoreSpec } from '../model/manifest.ts'
import { tilde } from '../ui/labels.ts'
import type { OpenBridge } from './bridge-at-home.ts'
import { writeManifestOnly } from './change.ts'

/** What a store holds, in words. */
export const countWords = ({ memory, versions, handoffs, questions, searches, actions }: StoredCounts): string =>
  [
    `${count(memory, 'key')} with ${count(versions, 'older version')}`,
    ...[count(handoffs, 'handoff'), count(questions, 'question'), count(searches, 'search', 'searches'), count(actions, 'action')],
  ].join(', ')

const noOutbox: OutboxCounts = { unsent: 0, oldest: null, refused: null, conflicts: 0 }

/** The store as it is; opened only where there is one. */
export async function storedNow({
  bridge,
}: OpenBridge): Promise<{ readonly counts: StoredCounts; readonly server: JoinedServer | null; readonly outbox: OutboxCounts }> {
  if (new StorePlace(bridge.settings.folder).generation() === null) return { counts: storedCounts(null), server: null, outbox: noOutbox }
  return (await bridge.store()).snapshot((database) => {
    const server = serverOf(database)
    return { counts: storedCounts(database), server, outbox: server === null ? noOutbox : outboxCounts(database) }
  })
}

/** Flags of `store move`. */
export interface MoveOptions {
  readonly machine?: string
  readonly certificate?: string
}

export interface WantedServer {
  readonly url: string
  readonly trust: ServerTrust
  /** As the manifest names it. */
  readonly spec: StoreSpec
}

/** The server that was typed, or that the manifest names. */
export async function wantedServer(
  context: Context,
  { homeContext }: OpenBridge,
  typed: string | undefined,
  { certificate: flag }: MoveOptions,
): Promise<WantedServer> {
  const { bytes, manifest, place } = await homeContext.openAt(userPlace(homeContext.home))
  if (bytes === null) throw usageError(noManifest(place.shown), { hint: 'mcp-twin init' })
  const written = manifest.bridge?.store
  const named = typeof written === 'string' ? { url: written } : written
  const url = typed ?? named?.url
  if (url === undefined)
    throw usageError('The manifest names no store server.', { hint: "mcp-twin store move 'postgres://NAME:${secret:STORE}@HOST/DATABASE'" })
  const trouble = troubleWithStore(url)
  if (trouble !== null)
    throw usageError(`${trouble[0]?.toUpperCase()}${trouble.slice(1)}`, url.includes('://') ? {} : { hint: 'mcp-twin store move embedded' })
  const known = named?.url === url ? named : undefined
  const wanted = flag ?? known?.certificate
  const certificate = wanted === undefined ? null : await certificateIn(context, homeContext, wanted)
  const isPlain = known?.tls === 'off'
  const more = { ...(certificate !== null && { certificate: certificate.shown }), ...(isPlain && { tls: 'off' as const }) }
  return {
    url,
    trust: { ...(certificate !== null && { certificate: certificate.value }), ...(isPlain && { isPlain }) },
    spec: Object.keys(more).length === 0 ? url : { url, ...more },
  }
}

/** A digest as it is, or what the file holds; `shown` is for the manifest. */
async function certificateIn(
  { system }: Context,
  { home, world }: OpenBridge['homeContext'],
  text: string,
): Promise<{ readonly value: string; readonly shown: string }> {
  const self = home.environment
  if (/^sha256:/i.test(text)) {
    if (/^sha256:(?:[0-9a-f]{64}|(?:[0-9a-f]{2}:){31}[0-9a-f]{2})$/i.test(text)) return { value: text, shown: text }
    throw usageError('A digest is sha256: and 64 hexadecimal digits.', { hint: 'openssl x509 -in server.crt -noout -fingerprint -sha256' })
  }
  const path = absolute(system, self, text.replace(/^~(?=[\\/])/, self.home), world)
  const here = toHere(self, path)
  const bytes = here === null ? null : await system.files.read(here)
  const value = bytes === null ? '' : new TextDecoder().decode(bytes)
  if (!value.includes('-----BEGIN CERTIFICATE-----'))
    throw usageError('The certificate is no file with a certificate as PEM.', { hint: 'name such a file, or its digest: sha256:…' })
  return { value, shown: tilde(path, self.home) }
}

/** Has the user's manifest name the server, or none, and `state.json` this machine. Returns whether that changed anything. */
export async function keepInManifest(
  context: Context,
  { homeContext }: OpenBridge,
  spec: StoreSpec | null,
  machine?: string,
): Promise<boolean> {
  const place = userPlace(homeContext.home)
  const open = () => homeContext.openAt(place)
  const path = ['bridge', 'store']
  const { changed } = await writeManifestOnly(context, { ...homeContext, place, open }, 'store', {
    open,
    edit: async (opened) => {
      const isNamed = machine === undefined || machine === opened.state.machine
      const now = isNamed ? opened : { ...opened, state: { ...opened.state, machine } }
      const named = now.manifest.bridge?.store
      if (JSON.stringify(named ?? null) === JSON.stringify(spec)) return isNamed ? null : { situation: now, bytes: null }
      const change: ManifestChange = spec === null ? { kind: 'remove', path } : { kind: 'set', path, value: spec as string | JsonObject }
      return editManifest(now, [change])
    },
  }).catch((error: unknown) => {
    if (!(error instanceof TwinError)) throw error
    throw new TwinError(error.code, `The store was moved, but the manifest could not be changed: ${error.message}`, {
      hint: 'type the command again',
    })
  })
  return changed
}
