import { isObject } from '../../core/object.ts'
import type { PlainCall } from '../base/call.ts'
import { InputTrouble } from '../base/input.ts'
import { denied, Refusal } from '../base/refusal.ts'
import { type CleanResult, cleanResult } from '../foreign/answer.ts'
import { type ForeignProvider, type ForeignTool, isReading } from '../foreign/tool.ts'
import type { Bridge } from './bridge.ts'
import { type CallResult, checkDepth, faulted, refused, unrecorded } from './pipeline.ts'

const kinds = { shared: 'shared server', plugins: 'plugin' }

/** Refuses a tool that this bridge does not list. */
function checkOffered(tool: ForeignTool, { settings }: Bridge): void {
  const { name, family } = tool
  if (settings.unreadable !== undefined) throw denied(`${name} is not offered now. ${settings.unreadable}`)
  if (!settings.families.includes(family))
    throw denied(
      `${name} is one of the ${family} tools, which this bridge was started without; a person can change --tools in the client's entry or bridge.families in the manifest.`,
    )
  if (settings.readOnly && !isReading(tool))
    throw denied(`${name} does not say that it only reads, and this bridge is read-only; a person can change that in the client's entry.`)
}

/**
 * Runs one call of a tool of a shared server or a plugin. Its arguments are for the server or plugin to judge. Every call is audited,
 * and one that may change something is not made where that cannot be recorded. No line about what waits is added to the answer of others.
 */
export async function callForeign(
  { tool, provider }: { readonly tool: ForeignTool; readonly provider: ForeignProvider },
  raw: unknown,
  bridge: Bridge,
  call: PlainCall,
): Promise<CallResult | CleanResult> {
  const { audit, redaction } = bridge
  const { name, family, source } = tool
  const record = (event: 'call' | 'denied', outcome: string) =>
    audit.write({ event, client: call.client, tool: name, subject: `${kinds[family]} ${source}`, outcome })
  let begun = false
  const begin = () => {
    if (begun) return
    checkOffered(tool, bridge)
    record('call', 'started')
    begun = true
    if (audit.trouble !== null && !isReading(tool)) throw unrecorded(audit.trouble)
  }
  const refusedPart = ({ message }: Refusal) => record('denied', message)
  await bridge.followManifest()
  await redaction.ready()
  try {
    checkDepth(name, raw)
    if (!isObject(raw ?? {})) throw new InputTrouble(`${name}: the arguments are no object`)
    checkOffered(tool, bridge)
    if (!isReading(tool)) begin()
    const progress = (message: string) => call.progress(redaction.text(message))
    const result = await provider.call(tool, isObject(raw) ? raw : {}, { ...call, progress, begin, refused: refusedPart })
    const answer = cleanResult(result, redaction)
    record('call', answer.isError === true ? 'answered with an error' : 'done')
    return answer
  } catch (error) {
    if (error instanceof InputTrouble) return refused(redaction.text(`${error.message}.`))
    if (error instanceof Refusal) {
      record(error.kind === 'denied' ? 'denied' : 'call', error.kind === 'denied' ? error.message : `failed: ${error.message}`)
      return refused(redaction.text(error.message))
    }
    if (call.signal.aborted) {
      record('call', 'cancelled')
      return refused(`${name} was cancelled; it may have been carried out.`)
    }
    record('call', 'failed: fault of the bridge')
    return faulted(name, error, bridge)
  }
}
