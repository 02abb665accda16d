import { isDeeper } from '../../core/object.ts'
import type { Family } from '../../model/bridge-words.ts'
import type { Call, Content, PlainCall } from '../base/call.ts'
import { InputTrouble } from '../base/input.ts'
import { limits } from '../base/limits.ts'
import { denied, Refusal } from '../base/refusal.ts'
import type { Settings } from '../base/settings.ts'
import { inText } from '../base/text.ts'
import { tokenBytes } from '../base/tokens.ts'
import { boundWords } from './bound.ts'
import type { Bridge } from './bridge.ts'
import type { Effect } from './tool.ts'

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

/** What the pipeline knows of a tool. */
export interface CalledTool {
  readonly name: string
  readonly family: Family
  readonly effect: Effect
  /** A tool of a shared server or a plugin. Every call of one is recorded, also of one that only reads. */
  readonly isForeign: boolean
}

/** The work of a call, once its arguments are checked. `subject`: what the call is about, for the audit. */
export interface Work<Result> {
  readonly subject: string
  run(call: Omit<Call, 'room'>): Promise<Result>
}

/** Refuses the tools that this bridge does not list. */
function checkOffered(
  { name, family, effect, isForeign }: CalledTool,
  { families, readOnly, terminal, flags = [], unreadable }: Settings,
): void {
  if (unreadable !== undefined && (isForeign || !families.includes(family) || family === 'terminal' || effect !== 'read'))
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
      `${name} ${isForeign ? 'does not say that it only reads,' : 'changes things'} and this bridge is read-only; a person can ${flags.includes('read-only') ? "take --read-only out of the client's entry" : 'change bridge.readOnly in the manifest'}.`,
    )
}

/** Throws InputTrouble for arguments nested deeper than any tool needs, before anything walks them. */
function checkDepth(name: string, raw: unknown): void {
  if (isDeeper(raw, limits.nesting)) throw new InputTrouble(`${name}: the arguments are nested more than ${limits.nesting} levels deep`)
}

/** The lines of the audit about one call. `subject` is known once the arguments are checked. */
function recorderOf(tool: CalledTool, { audit, log, settings }: Bridge, { client }: PlainCall) {
  const isSilent = tool.effect === 'read' && !tool.isForeign
  let subject = ''
  let isBegun = false
  const write = (event: 'call' | 'denied', outcome: string) => audit.write({ event, client, tool: tool.name, subject, outcome })
  return {
    about(what: string) {
      subject = what
    },
    begin() {
      if (isBegun) return
      // The manifest may have changed while the call waited for its turn.
      checkOffered(tool, settings)
      write('call', 'started')
      isBegun = true
      if (audit.trouble !== null) throw unrecorded(audit.trouble)
    },
    done(outcome: string) {
      if (tool.isForeign || !(isSilent || isBegun)) write('call', outcome)
    },
    failed(outcome: string) {
      if (!isSilent) write('call', outcome)
    },
    denied({ kind, message }: Refusal) {
      if (kind !== 'denied') return
      write('denied', message)
      log.write('bridge', 'warning', `${client}: ${tool.name} was refused: ${message}`)
    },
  }
}

/**
 * Runs one call of a tool, ours or not: checks the arguments, runs the tool, records it. Every error becomes an answer that
 * says what, why and what to do; only a fault of the bridge is logged with its stack.
 */
export async function runCall<Result extends { readonly isError?: boolean | undefined }>(
  tool: CalledTool,
  raw: unknown,
  bridge: Bridge,
  call: PlainCall,
  prepare: () => Work<Result>,
): Promise<Result | CallResult> {
  const { name } = tool
  const { redaction } = bridge
  const record = recorderOf(tool, bridge, call)
  await bridge.followManifest()
  await redaction.ready()
  try {
    checkDepth(name, raw)
    const work = prepare()
    record.about(work.subject)
    checkOffered(tool, bridge.settings)
    const result = await work.run({ ...call, begin: record.begin, refused: record.denied })
    record.done(result.isError === true ? 'answered with an error' : 'done')
    return result
  } catch (error) {
    if (error instanceof InputTrouble) return refused(redaction.text(`${error.message}.`))
    if (error instanceof Refusal) {
      if (error.kind === 'denied') record.denied(error)
      else record.failed(`failed: ${error.message}`)
      return refused(redaction.text(error.message))
    }
    if (call.signal.aborted) {
      if (tool.isForeign) record.failed('cancelled')
      return refused(`${name} was cancelled${tool.isForeign ? '; it may have been carried out' : ''}.`)
    }
    record.failed('failed: fault of the bridge')
    return faulted(name, error, bridge)
  }
}
