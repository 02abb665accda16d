import { isDeeper, isObject, member, texts } from '../../core/object.ts'
import { boundData, boundWords, roomFor } from './bound.ts'
import type { Bridge } from './bridge.ts'
import type { Answer, Call, Content, PlainCall } from '../base/call.ts'
import { InputTrouble } from '../base/input.ts'
import { limits } from '../base/limits.ts'
import { refuseVendorKeys } from '../base/no-keys.ts'
import { tokenBytes } from '../base/tokens.ts'
import { inText } from '../base/text.ts'
import { denied, Refusal } from '../base/refusal.ts'
import type { Settings } from '../base/settings.ts'
import type { Family } from '../../model/bridge-words.ts'
import type { Tool } from './tool.ts'

/** The result as the protocol sends it. */
export interface CallResult {
  [key: string]: unknown
  content: Content[]
  structuredContent?: Record<string, unknown>
  isError?: boolean
}

/** An answer that says in one sentence what, why and what to do. */
export const refused = (text: string): CallResult => ({
  content: boundWords([{ type: 'text', text: inText(text) }], limits.answerTokens * tokenBytes),
  isError: true,
})

/** Logs a fault of the bridge with its stack; returns the answer to the call of the tool that met it. */
export function faulted(name: string, error: unknown, { log, redaction }: Pick<Bridge, 'log' | 'redaction'>): CallResult {
  const [message, details] = error instanceof Error ? [error.message, error.stack ?? error.message] : [String(error), String(error)]
  log.write('mcp-server', 'error', `${name}: ${details}`)
  return refused(`${name} failed by a fault of this bridge: ${redaction.text(message)}. Details are in bridge/logs/mcp-server.log.`)
}

export const unrecorded = (why: string | null): Refusal =>
  new Refusal('failed', `Nothing was run, since it could not be recorded (${why}); free disk space or fix bridge/audit.jsonl.`)

/** Bytes that are kept for the cursor and the line about what waits: none in an answer that has hardly room for itself. */
const endRoom = (room: number, { families }: Settings, cursor: number | null): number =>
  room < limits.noticeTokens * tokenBytes
    ? 0
    : (families.includes('handoff') ? limits.noticeBytes : 0) + (cursor === null ? 0 : limits.cursorBytes)

/** The answer, with a line that says what waits for the client. A picture is left as it is: a later answer says so. */
function withNotice(
  { content, data, recorded }: Answer,
  hasRoom: boolean,
  { notices, settings }: Bridge,
  { client, session }: Pick<Call, 'client' | 'session'>,
): CallResult {
  const isTold = recorded !== true && hasRoom && settings.families.includes('handoff') && content.every(({ type }) => type === 'text')
  const waiting = isTold ? notices.line(client, session) : null
  return {
    content: [...content, ...(waiting === null ? [] : [{ type: 'text', text: waiting } as const])],
    ...(data !== undefined && { structuredContent: { ...data, ...(waiting !== null && { waiting }) } }),
  }
}

/** Pages of a list have cursors of their own, which must not be taken for one of changes. */
const hasPages = ({ inputSchema: { properties } }: Tool): boolean => isObject(properties) && properties.cursor !== undefined

/**
 * The number of the last change before a call that makes or reads something which changes: a wait from there misses nothing that
 * comes after the answer. Null: the answer tells none, as to a person at a terminal, or the store cannot be read, which the call reports.
 */
async function cursorBefore(tool: Tool, { settings, store }: Bridge): Promise<number | null> {
  if (!storing.includes(tool.family) || hasPages(tool) || settings.isBrief === true) return null
  try {
    return await (await store()).cursor()
  } catch (error) {
    if (error instanceof Refusal) return null
    throw error
  }
}

/** An answer that ends with the cursor, unless it tells one itself. */
function withCursor(answer: Answer, before: number | null): Answer {
  const { content, data, cursor = before } = answer
  const last = content.at(-1)
  if (before === null || last?.type !== 'text' || data?.cursor !== undefined) return answer
  const text = `${last.text}\n[cursor ${cursor}]`
  return { ...answer, content: [...content.slice(0, -1), { type: 'text', text }], ...(data !== undefined && { data: { ...data, cursor } }) }
}

/** Refuses the tools that this bridge does not list. */
function checkOffered({ name, family, effect }: Tool, { families, readOnly, terminal, flags = [], unreadable }: Settings): void {
  if (unreadable !== undefined && (!families.includes(family) || family === 'terminal' || effect !== 'read'))
    throw denied(`${name} is not offered now. ${unreadable}`)
  if (!families.includes(family))
    throw denied(
      `${name} is one of the ${family} tools, which this bridge was started without; a person can change --tools in the client's entry or bridge.families in the manifest.`,
    )
  if (family === 'terminal' && terminal === 'off')
    throw denied(
      `Commands are switched off; a person can ${flags.includes('terminal') ? "change --terminal in the client's entry" : 'set bridge.terminal in the manifest'}.`,
    )
  if (readOnly && effect !== 'read')
    throw denied(
      `${name} changes things and this bridge is read-only; a person can ${flags.includes('read-only') ? "take --read-only out of the client's entry" : 'change bridge.readOnly in the manifest'}.`,
    )
}

/** Families whose tools store what they are given, for other programs to read. */
const storing: readonly Family[] = ['memory', 'handoff', 'actions']

/** The paths that a call has written to, as they were given. */
const writtenPaths = ({ paths }: Tool, raw: unknown): string[] =>
  paths.flatMap(({ at, use }) => (use === 'write' ? texts([member(raw, at)]) : []))

/** Throws InputTrouble for arguments nested deeper than any tool needs, before anything walks them. */
export function checkDepth(name: string, raw: unknown): void {
  if (isDeeper(raw, limits.nesting)) throw new InputTrouble(`${name}: the arguments are nested more than ${limits.nesting} levels deep`)
}

const bounded = ({ content, data, ...more }: Answer, room: number): Answer => ({
  ...more,
  content: boundWords(content, room),
  ...(data !== undefined && { data: boundData(data, room) }),
})

/**
 * Runs one call: checks the arguments, runs the tool, removes keys from its answer, records it. Every error becomes an answer that
 * says what, why and what to do; only a fault of the bridge is logged with its stack.
 */
export async function callTool(tool: Tool, raw: unknown, bridge: Bridge, call: PlainCall): Promise<CallResult> {
  const { audit, log, settings, redaction } = bridge
  let subject = ''
  let begun = false
  const record = (event: 'call' | 'denied', outcome: string) =>
    audit.write({ event, client: call.client, tool: tool.name, subject, outcome })
  const begin = () => {
    if (begun) return
    // The manifest may have changed while the call waited for its turn.
    checkOffered(tool, settings)
    record('call', 'started')
    begun = true
    if (audit.trouble !== null) throw unrecorded(audit.trouble)
  }
  const refusedPart = ({ kind, message }: Refusal) => {
    if (kind !== 'denied') return
    record('denied', message)
    log.write('bridge', 'warning', `${call.client}: ${tool.name} was refused: ${message}`)
  }
  await bridge.followManifest()
  await redaction.ready()
  try {
    checkDepth(tool.name, raw)
    if (tool.effect !== 'read' && storing.includes(tool.family)) refuseVendorKeys(raw)
    const work = tool.prepare(raw)
    subject = work.subject
    checkOffered(tool, settings)
    if (tool.effect === 'run' && !audit.ready()) throw unrecorded(audit.trouble)
    const whole = roomFor(tool, raw)
    const cursor = await cursorBefore(tool, bridge)
    const room = whole - endRoom(whole, settings, cursor)
    const own = bounded(redaction.answer(await work.run(bridge, { ...call, room, begin, refused: refusedPart })), room)
    const answer = room < whole ? withCursor(own, cursor) : own
    if (tool.effect !== 'read' && !begun) record('call', 'done')
    bridge.seen(call.client, call.session)
    if (tool.family === 'files' && tool.effect !== 'read') bridge.filesChanged(writtenPaths(tool, raw), call)
    return withNotice(answer, room < whole, bridge, call)
  } catch (error) {
    if (error instanceof InputTrouble) return refused(redaction.text(`${error.message}.`))
    if (error instanceof Refusal) {
      refusedPart(error)
      if (error.kind === 'failed' && tool.effect !== 'read') record('call', `failed: ${error.message}`)
      return refused(redaction.text(error.message))
    }
    if (call.signal.aborted) return refused(`${tool.name} was cancelled.`)
    if (tool.effect !== 'read') record('call', 'failed: fault of the bridge')
    return faulted(tool.name, error, bridge)
  }
}
