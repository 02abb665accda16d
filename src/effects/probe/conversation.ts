import type { JsonObject, JsonValue } from '../../model/entry.ts'
import { version } from '../../version.ts'
import { isObject } from '../../core/object.ts'
import { envelopeOf, SERVER_KEY } from '../../core/protocol.ts'
import { greet } from '../../core/rpc/handshake.ts'
import { type Id, isId } from '../../core/rpc/message.ts'
import { NOT_OFFERED, ownReply, Requests } from '../../core/rpc/requests.ts'

/** A connection to a server, over any transport. */
export interface ServerChannel {
  send(message: JsonObject): void
  onMessage(listener: (message: JsonObject) => void): void
  /** Called with the reason when the server has ended. */
  onEnd(listener: (why: string) => void): void
}

/** What a server answered about itself. */
export interface Introduction {
  readonly era: 'legacy' | 'modern'
  readonly tools: readonly string[]
  /** The tools as it lists them. */
  readonly listed: readonly JsonObject[]
  readonly serverInfo?: { readonly name: string; readonly version: string }
  /** The structured result of the requested tool, and the time of one ping, in ms. */
  readonly toolResult?: { readonly data: JsonObject; readonly roundTripMs: number }
  /** The structured result of the second tool. */
  readonly read?: JsonObject
}

/** A tool that changes nothing, with its arguments. */
export interface ToolCall {
  readonly name: string
  readonly arguments: JsonObject
}

/** Why a conversation failed; the message may hold keys. */
export class Silence extends Error {}

const CLIENT = { name: 'mcp-twin', version }
const ENVELOPE = envelopeOf(CLIENT)
/** Most pages of a list of tools. */
const PAGES_MAX = 100

const textOf = (value: JsonValue | undefined): string => (typeof value === 'string' ? value : '')

/** Our requests to the server of a channel. Requests of the server get an empty answer: we offer nothing. */
function requestsOver(channel: ServerChannel): Requests {
  const requests = new Requests((message) => channel.send(message))
  channel.onMessage((message) => {
    if (typeof message.method !== 'string') requests.take(message)
    else {
      const reply = message.method === 'roots/list' && isId(message.id) ? noRoots(message.id) : ownReply(message)
      if (reply !== null) channel.send(reply)
    }
  })
  return requests
}

/** Our own refusal of a request that the server sent: it gave our request back to us. */
const isEcho = (message: string): boolean => message === NOT_OFFERED

const noRoots = (id: Id): JsonObject => ({ jsonrpc: '2.0', id, result: { roots: [] } })

/**
 * Performs the handshake and lists the tools. `tool`, a read-only tool without arguments, is called if the server has it, and
 * then `second`.
 */
export async function introduce(
  channel: ServerChannel,
  timeoutMs: number,
  signal?: AbortSignal,
  tool?: string,
  second?: ToolCall,
): Promise<Introduction> {
  let step = 'the handshake'
  const talk = async (): Promise<Introduction> => {
    const requests = requestsOver(channel)
    const greeting = await greet(
      { ask: (method, params) => requests.ask(method, params), send: (message) => channel.send(message) },
      CLIENT,
    )
    if ('error' in greeting && isEcho(greeting.error.message)) throw new Silence('it sends back what it is sent, so it is no MCP server')
    if ('error' in greeting) throw new Silence(`it refused the handshake: ${greeting.error.message || `error ${greeting.error.code}`}`)
    const { era, about } = greeting
    step = 'tools/list'
    const listed = await toolsOf(requests, about, era === 'modern' ? ENVELOPE : null)
    const tools = namesOf(listed)
    if (era === 'modern') {
      const info = about.serverInfo ?? (isObject(about._meta) ? about._meta[SERVER_KEY] : undefined)
      return { era, tools, listed, ...named(info) }
    }
    step = tool ?? step
    return {
      ...{ era, tools, listed },
      ...named(about.serverInfo),
      ...(await callTool(requests, tools, tool)),
      ...(await readBy(requests, tools, second)),
    }
  }
  let timer: NodeJS.Timeout | undefined
  const ended = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Silence(`it did not answer ${step} within ${Math.round(timeoutMs / 100) / 10} s`)), timeoutMs)
    channel.onEnd((why) => reject(new Silence(why)))
    signal?.addEventListener('abort', () => reject(new Silence('the check was stopped')), { once: true })
    if (signal?.aborted) reject(new Silence('the check was stopped'))
  })
  try {
    return await Promise.race([talk(), ended])
  } finally {
    clearTimeout(timer)
  }
}

const namesOf = (tools: readonly JsonObject[]): string[] => tools.map(({ name }) => textOf(name))

async function toolsOf(requests: Requests, about: JsonObject, envelope: JsonObject | null): Promise<JsonObject[]> {
  if (!isObject(about.capabilities) || about.capabilities.tools === undefined) return []
  const found: JsonObject[] = []
  let cursor: JsonValue | undefined
  for (let page = 0; page < PAGES_MAX; page++) {
    const params: JsonObject = { ...(envelope === null ? {} : { _meta: envelope }), ...(cursor === undefined ? {} : { cursor }) }
    const answer = await requests.ask('tools/list', params)
    if ('error' in answer) throw new Silence(`it refused tools/list: ${answer.error.message || `error ${answer.error.code}`}`)
    const { tools, nextCursor } = answer.result
    if (!Array.isArray(tools)) throw new Silence('its answer to tools/list has no list of tools')
    for (const tool of tools) if (isObject(tool)) found.push(tool)
    if (typeof nextCursor !== 'string' || nextCursor === '') return found
    cursor = nextCursor
  }
  throw new Silence(`its list of tools does not end after ${PAGES_MAX} pages`)
}

async function readBy(requests: Requests, tools: readonly string[], call: ToolCall | undefined): Promise<Pick<Introduction, 'read'>> {
  if (call === undefined || !tools.includes(call.name)) return {}
  const answer = await requests.ask('tools/call', { name: call.name, arguments: call.arguments })
  const data = 'result' in answer ? answer.result.structuredContent : undefined
  // A refusal, as of a store that cannot be opened, says nothing about which store it is.
  return isObject(data) ? { read: data } : {}
}

/** Calls a tool that only our own bridge has, which uses the era with a handshake. */
async function callTool(requests: Requests, tools: readonly string[], tool: string | undefined): Promise<Pick<Introduction, 'toolResult'>> {
  if (tool === undefined || !tools.includes(tool)) return {}
  const answer = await requests.ask('tools/call', { name: tool, arguments: {} })
  const data = 'result' in answer ? answer.result.structuredContent : undefined
  const began = performance.now()
  await requests.ask('ping', {})
  return isObject(data) ? { toolResult: { data, roundTripMs: performance.now() - began } } : {}
}

const named = (info: JsonValue | undefined): Pick<Introduction, 'serverInfo'> =>
  isObject(info) ? { serverInfo: { name: textOf(info.name), version: textOf(info.version) } } : {}
