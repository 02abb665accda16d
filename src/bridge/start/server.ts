import { ProtocolError, ProtocolErrorCode, Server, type ServerContext } from '@modelcontextprotocol/server'
import { member } from '../../core/object.ts'
import { CLIENT_KEY } from '../../core/protocol.ts'
import type { Bridge } from '../contract/bridge.ts'
import type { PlainCall } from '../base/call.ts'
import { limits } from '../base/limits.ts'
import { callForeign } from '../contract/foreign-call.ts'
import { callTool } from '../contract/own-call.ts'
import { type CallResult, refused } from '../contract/pipeline.ts'
import { listed, type Tool } from '../contract/tool.ts'
import { bearer } from '../transports/carrier.ts'
import { listedForeign } from '../foreign/tool.ts'
import { nearTools } from './near-tool.ts'
import { offerPrompts } from './prompts.ts'
import { type OfferedResources, offerResources } from './resources.ts'
import { quoteInLine } from '../base/quote.ts'
import { Semaphore } from '../base/semaphore.ts'

function callOf(client: string, session: string, context: ServerContext): PlainCall {
  const { mcpReq } = context
  const progressToken = mcpReq._meta?.progressToken
  let progress = 0
  return {
    client,
    session,
    signal: mcpReq.signal,
    progress(message) {
      if (progressToken === undefined || mcpReq.signal.aborted) return
      progress++
      // A client that went away is noticed elsewhere; its progress is of no interest to anyone.
      mcpReq.notify({ method: 'notifications/progress', params: { progressToken, progress, message } }).catch(() => undefined)
    },
  }
}

/**
 * One protocol server for one connection (or, over HTTP, one request of `session`), over the bridge that all share and
 * that may still be opening. The SDK's
 * `Server` is used rather than `McpServer`: our tools bring their schemas as data, and nothing is converted at start.
 */
export function buildServer(
  opened: Promise<Bridge>,
  tools: readonly Tool[],
  version: string,
  session?: string,
  instructions = '',
  resources?: OfferedResources,
): Server {
  const server = new Server(
    { name: 'mcp-twin', version },
    {
      capabilities: {
        tools: { listChanged: true },
        prompts: {},
        ...(resources !== undefined && { resources: { subscribe: true, listChanged: true } }),
      },
      ...(instructions !== '' && { instructions }),
    },
  )
  const calls = new Semaphore(limits.callsAtOnce)
  let stopTelling: (() => void) | undefined
  const who = ({ settings, session: own }: Bridge): [client: string, session: string] =>
    session === undefined ? [settings.client, own] : [bearer(session), session]
  offerPrompts(server, opened, (bridge, context) => callOf(...who(bridge), context))
  if (resources !== undefined) offerResources(server, opened, resources)
  server.setRequestHandler('tools/list', async () => {
    const bridge = await opened
    await bridge.followManifest()
    const own = await available(bridge, tools)
    const foreign = bridge.foreign.list()
    if (session === undefined) bridge.foreign.note(foreign)
    // A client that has not read the list is not notified of its changes. Over HTTP the listener notifies clients of 2026-07-28.
    if (resources?.filtering !== 'elsewhere')
      stopTelling ??= bridge.foreign.onChange(() => void server.sendToolListChanged().catch(() => undefined))
    return { tools: [...own.map(listed), ...foreign.map(listedForeign)] }
  })
  server.setRequestHandler('tools/call', async (request, context) => {
    const { name, arguments: raw } = request.params
    const tool = tools.find((each) => each.name === name)
    const bridge = await opened
    const made = callOf(...who(bridge), context)
    if (tool === undefined) {
      const foreign = bridge.foreign.find(name)
      if (foreign !== null) return calls.run(() => callForeign(foreign, raw, bridge, made))
      await bridge.redaction.ready()
      const why = bridge.foreign.gone(name)
      if (why !== null) return refused(bridge.redaction.text(why))
      const shown = bridge.redaction.part(name, 0, Math.min(name.length, 100))
      const own = (await available(bridge, tools)).map((each) => each.name)
      const near = nearTools(shown, [...own, ...bridge.foreign.list().map((each) => each.name)])
      const meant = near.length === 0 ? 'tools/list names those there are.' : `Did you mean ${near.join(' or ')}?`
      throw new ProtocolError(ProtocolErrorCode.InvalidParams, `Unknown tool: ${quoteInLine(shown)}. ${meant}`)
    }
    const answer = await calls.run(() => callTool(tool, raw, bridge, made))
    return wordsAlone(bridge, context.mcpReq.envelope, server) ? withoutData(answer) : answer
  })
  const before = server.onclose
  server.onclose = () => {
    stopTelling?.()
    before?.()
  }
  return server
}

/**
 * Whether the program that asks shows its model data in place of the words. Since 2026-07-28 each request says who sends it, before
 * that the handshake does.
 */
function wordsAlone({ settings }: Bridge, envelope: unknown, server: Server): boolean {
  const sender = member(envelope, CLIENT_KEY)
  const name = member(sender, 'name') ?? server.getClientVersion()?.name
  return typeof name === 'string' && settings.wordsAlone?.includes(name) === true
}

/** An answer in words alone, where it has any. */
function withoutData({ structuredContent, ...answer }: CallResult): CallResult {
  return answer.content.length > 0 || structuredContent === undefined ? { ...answer } : { ...answer, structuredContent }
}

/** What this bridge offers now: a family that is off is not listed, nor, where nothing may be changed, what changes things or looks after commands. */
async function available(bridge: Bridge, tools: readonly Tool[]): Promise<Tool[]> {
  const { settings } = bridge
  const terminal =
    settings.terminal === 'off' || settings.readOnly ? false : settings.terminal === 'on' || (await (await bridge.terminal()).usable())
  return tools.filter(
    (tool) =>
      settings.families.includes(tool.family) &&
      (tool.family !== 'terminal' || terminal) &&
      (tool.family !== 'search' || bridge.searchable()) &&
      (tool.family !== 'shared' || bridge.foreign.list().some(({ family }) => family === 'shared')) &&
      (!settings.readOnly || tool.effect === 'read'),
  )
}
