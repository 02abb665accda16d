import { join } from 'node:path'
import { ProtocolError, ProtocolErrorCode, type Server } from '@modelcontextprotocol/server'
import { limits } from '../base/limits.ts'
import { Refusal } from '../base/refusal.ts'
import { tokenBytes } from '../base/tokens.ts'
import type { Bridge } from '../contract/bridge.ts'
import { handoffUri, memoryUri, namedBy, workspaceUri } from './resource-uris.ts'
import type { ResourceChanges } from './resource-changes.ts'

/** Where the resources of a server get their changes from, and who filters them for its client. */
export interface OfferedResources {
  readonly changes: ResourceChanges
  /**
   * Who decides which changes the client gets: `here`, by its subscriptions; the SDK, which filters what this connection
   * sends; or elsewhere, since this server answers a single request.
   */
  readonly filtering: 'here' | 'sdk' | 'elsewhere'
}

const templates = [
  { family: 'memory', uriTemplate: 'twin://memory/{namespace}/{key}', name: 'memory', description: 'What programs remember.' },
  { family: 'handoff', uriTemplate: 'twin://handoff/{id}', name: 'handoff', description: 'Work that one program hands to another.' },
  { family: 'files', uriTemplate: 'twin://workspace/{+path}', name: 'workspace', description: 'Files of the shared workspace.' },
] as const

/** Memory, handoffs and files of the workspace as resources of one connection. */
export function offerResources(server: Server, opened: Promise<Bridge>, { changes, filtering }: OfferedResources): void {
  const subscribed = new Set<string>()
  let stop = filtering === 'sdk' ? listen(server, changes, null) : () => undefined
  const asked = async (): Promise<Bridge> => {
    const bridge = await opened
    await bridge.followManifest()
    return bridge
  }
  server.setRequestHandler('resources/list', async () => ({ resources: await newest(await asked()) }))
  server.setRequestHandler('resources/templates/list', async () => {
    const { families } = (await asked()).settings
    return { resourceTemplates: templates.filter(({ family }) => families.includes(family)).map(({ family: _, ...template }) => template) }
  })
  server.setRequestHandler('resources/read', async ({ params: { uri } }) => ({ contents: [await contentOf(await asked(), uri)] }))
  server.setRequestHandler('resources/subscribe', async ({ params: { uri } }) => {
    if (namedBy(uri) === null) throw unknown(uri)
    if (subscribed.size >= limits.subscriptions)
      throw new ProtocolError(ProtocolErrorCode.InvalidParams, `${limits.subscriptions} subscriptions are the most of one connection.`)
    await changes.watch()
    if (subscribed.size === 0) {
      stop()
      const [stopListening, sleep] = [listen(server, changes, subscribed), changes.stayAwake()]
      stop = () => {
        stopListening()
        sleep()
      }
    }
    subscribed.add(uri)
    return {}
  })
  server.setRequestHandler('resources/unsubscribe', async ({ params: { uri } }) => {
    subscribed.delete(uri)
    if (subscribed.size === 0) stop()
    return {}
  })
  const before = server.onclose
  server.onclose = () => {
    stop()
    before?.()
  }
}

/** Passes changes on to a client: all of them, or only of what it subscribed to. */
const listen = (server: Server, changes: ResourceChanges, subscribed: ReadonlySet<string> | null): (() => void) =>
  changes.subscribe((uri) => {
    if (uri !== null && subscribed?.has(uri) === false) return
    const sent = uri === null ? server.sendResourceListChanged() : server.sendResourceUpdated({ uri })
    // A client that went away is noticed elsewhere.
    sent.catch(() => undefined)
  })

const unknown = (uri: string): ProtocolError =>
  new ProtocolError(ProtocolErrorCode.ResourceNotFound, 'There is no such resource; resources/list names the newest.', { uri })

interface Listed {
  readonly uri: string
  readonly name: string
  readonly mimeType: string
}

interface Dated extends Omit<Listed, 'uri'> {
  readonly uri: string | null
  readonly at: number
}

/** The newest entries, handoffs and files of the workspace together. */
async function newest(bridge: Bridge): Promise<Listed[]> {
  const [stored, files] = await Promise.all([storedOnes(bridge), filesOf(bridge), bridge.redaction.ready()])
  return [...stored, ...files]
    .sort((a, b) => b.at - a.at)
    .slice(0, limits.resourcesListed)
    .flatMap(({ uri, name, mimeType }) => (uri === null ? [] : [{ uri, name: bridge.redaction.text(name), mimeType }]))
}

async function filesOf({ settings, policy }: Bridge): Promise<readonly Dated[]> {
  if (!settings.families.includes('files')) return []
  const { newestFiles } = await import('../files/list.ts')
  const found = await newestFiles(policy, join(settings.folder, 'workspace'), limits.resourcesListed).catch((error) => {
    // Where the workspace is gone or closed there are no files.
    if (error instanceof Refusal) return []
    throw error
  })
  return found.map(({ path, at }) => ({ uri: workspaceUri(path), name: path, mimeType: mimeTypeOf(path), at }))
}

const mimeTypeOf = (path: string): string => {
  const [, image = ''] = /\.(png|jpe?g|gif|webp)$/i.exec(path) ?? []
  return image === '' ? 'text/plain' : `image/${image.toLowerCase().replace('jpg', 'jpeg')}`
}

async function storedOnes(bridge: Bridge): Promise<readonly Dated[]> {
  const { families } = bridge.settings
  if (!families.includes('memory') && !families.includes('handoff')) return []
  const store = await bridge.store()
  return store.snapshot((database) => [
    ...(!families.includes('memory')
      ? []
      : database
          .all<{ namespace: string; key: string; at: number }>(
            'SELECT namespace, key, at FROM memory WHERE expires IS NULL OR expires > ? ORDER BY at DESC LIMIT ?',
            ...[bridge.now(), limits.resourcesListed],
          )
          .map(({ namespace, key, at }) => ({ uri: memoryUri(namespace, key), name: key, mimeType: 'application/json', at }))),
    ...(!families.includes('handoff')
      ? []
      : database
          .all<{ id: string; title: string; updated: number }>(
            'SELECT id, title, updated FROM handoff_heads ORDER BY updated DESC LIMIT ?',
            limits.resourcesListed,
          )
          .map(({ id, title, updated: at }) => ({ uri: handoffUri(id), name: title, mimeType: 'application/json', at }))),
  ])
}

type Content = { uri: string; mimeType: string } & ({ text: string } | { blob: string })

async function contentOf(bridge: Bridge, uri: string): Promise<Content> {
  const named = namedBy(uri)
  const family = named?.kind === 'workspace' ? 'files' : named?.kind
  if (named === null || family === undefined || !bridge.settings.families.includes(family)) throw unknown(uri)
  await bridge.redaction.ready()
  try {
    if (named.kind === 'workspace') return await fileOf(bridge, uri, named.path)
    const value = named.kind === 'memory' ? await memoryText(bridge, named.namespace, named.key) : await handoffText(bridge, named.id)
    if (value === null) throw unknown(uri)
    return { uri, mimeType: 'application/json', text: bridge.redaction.text(value) }
  } catch (error) {
    if (!(error instanceof Refusal)) throw error
    throw new ProtocolError(ProtocolErrorCode.InvalidParams, bridge.redaction.text(error.message), { uri })
  }
}

async function memoryText(bridge: Bridge, namespace: string, key: string): Promise<string | null> {
  const { get } = await import('../memory/memory.ts')
  return (await bridge.store()).snapshot((database) => get(database, namespace, key, bridge.now())?.value ?? null)
}

/** As long as an answer of a tool may be: what does not fit is named. */
const room = limits.answerTokensMost * tokenBytes

async function handoffText(bridge: Bridge, id: string): Promise<string> {
  const { readHandoff } = await import('../tools/handoff/handoff-read.ts')
  return JSON.stringify((await readHandoff(bridge, id, room)).data)
}

async function fileOf(bridge: Bridge, uri: string, path: string): Promise<Content> {
  const { read } = await import('../files/read.ts')
  const [content] = await read(bridge, { path: `${bridge.settings.folder}/workspace/${path}`, room })
  if (content?.type === 'image') return { uri, mimeType: content.mimeType, blob: content.data }
  return { uri, mimeType: 'text/plain', text: content?.text ?? '' }
}
