import { isObject, member, texts } from '../../core/object.ts'
import type { Family } from '../../model/bridge-words.ts'
import type { Answer, Call, PlainCall } from '../base/call.ts'
import { limits } from '../base/limits.ts'
import { refuseVendorKeys } from '../base/no-keys.ts'
import { Absent, failed, Refusal } from '../base/refusal.ts'
import type { Settings } from '../base/settings.ts'
import { tokenBytes } from '../base/tokens.ts'
import { absence, withAbsence } from './away.ts'
import { boundData, boundWords, roomFor } from './bound.ts'
import type { Bridge } from './bridge.ts'
import { type CallResult, runCall, unrecorded, type Work } from './pipeline.ts'
import type { Tool } from './tool.ts'

/** Bytes that are kept for what stands at the end of an answer: none in one that has hardly room for itself. */
const endRoom = (room: number, { families }: Settings, cursor: number | null, isAway: boolean): number =>
  room < limits.noticeTokens * tokenBytes
    ? 0
    : (families.includes('handoff') ? limits.noticeBytes : 0) +
      (cursor === null ? 0 : limits.cursorBytes) +
      (isAway ? limits.absenceBytes : 0)

/** The answer, with a line that says what waits for the client. A picture is left as it is: a later answer says so. */
function withNotice(
  { content, data, recorded }: Answer,
  hasRoom: boolean,
  { notices, settings }: Bridge,
  { client, session }: Pick<Call, 'client' | 'session'>,
): CallResult {
  const isForProgram = settings.isBrief !== true && settings.families.includes('handoff')
  const isTold = recorded !== true && hasRoom && isForProgram && content.every(({ type }) => type === 'text')
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

/** Families whose tools store what they are given, for other programs to read. */
const storing: readonly Family[] = ['memory', 'handoff', 'actions']

/** The paths that a call has written to, as they were given. */
const writtenPaths = ({ paths }: Tool, raw: unknown): string[] =>
  paths.flatMap(({ at, use }) => (use === 'write' ? texts([member(raw, at)]) : []))

const bounded = ({ content, data, ...more }: Answer, room: number): Answer => ({
  ...more,
  content: boundWords(content, room),
  ...(data !== undefined && { data: boundData(data, room) }),
})

/** Runs one call of our own tool, and removes keys from its answer. */
export function callTool(tool: Tool, raw: unknown, bridge: Bridge, call: PlainCall): Promise<CallResult> {
  return runCall({ ...tool, isForeign: false }, raw, bridge, call, () => ownWork(tool, raw, bridge))
}

/** A refusal of a path that is not there also names those that were perhaps meant, whatever tool was called. */
const nearPaths =
  ({ policy }: Bridge) =>
  async (error: unknown): Promise<never> => {
    if (!(error instanceof Absent)) throw error
    const { likely } = await import('../files/likely.ts')
    throw failed(error.message + (await likely(policy, error.path)))
  }

function ownWork(tool: Tool, raw: unknown, bridge: Bridge): Work<CallResult> {
  const { audit, settings, redaction } = bridge
  if (tool.effect !== 'read' && storing.includes(tool.family)) refuseVendorKeys(raw)
  const work = tool.prepare(raw)
  return {
    subject: work.subject,
    async run(call) {
      if (tool.effect === 'run' && !audit.ready()) throw unrecorded(audit.trouble)
      const whole = roomFor(tool, raw)
      const cursor = await cursorBefore(tool, bridge)
      const away = storing.includes(tool.family) && settings.isBrief !== true ? await absence(bridge, call.signal) : null
      const room = whole - endRoom(whole, settings, cursor, away !== null)
      const own = bounded(redaction.answer(await work.run(bridge, { ...call, room }).catch(nearPaths(bridge))), room)
      const answer = room < whole ? withCursor(withAbsence(own, away, tool.effect === 'read', bridge, call), cursor) : own
      bridge.seen(call.client, call.session)
      if (tool.family === 'files' && tool.effect !== 'read') bridge.filesChanged(writtenPaths(tool, raw), call)
      return withNotice(answer, room < whole, bridge, call)
    },
  }
}
