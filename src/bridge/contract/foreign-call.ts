import { isObject } from '../../core/object.ts'
import type { PlainCall } from '../base/call.ts'
import { InputTrouble } from '../base/input.ts'
import { type CleanResult, cleanResult } from '../foreign/answer.ts'
import { type ForeignProvider, type ForeignTool, isReading } from '../foreign/tool.ts'
import type { Bridge } from './bridge.ts'
import { type CallResult, runCall } from './pipeline.ts'

const kinds = { shared: 'shared server', plugins: 'plugin' }

/**
 * Runs one call of a tool of a shared server or a plugin. Its arguments are for the server or plugin to judge. Every call is audited,
 * and one that may change something is not made where that cannot be recorded. No line about what waits is added to the answer of others.
 */
export function callForeign(
  { tool, provider }: { readonly tool: ForeignTool; readonly provider: ForeignProvider },
  raw: unknown,
  bridge: Bridge,
  call: PlainCall,
): Promise<CallResult | CleanResult> {
  const { redaction } = bridge
  const { name, family, source } = tool
  const effect = isReading(tool) ? 'read' : 'run'
  return runCall({ name, family, effect, isForeign: true }, raw, bridge, call, () => {
    if (!isObject(raw ?? {})) throw new InputTrouble(`${name}: the arguments are no object`)
    return {
      subject: `${kinds[family]} ${source}`,
      async run(begun) {
        if (effect !== 'read') begun.begin()
        const progress = (message: string) => call.progress(redaction.text(message))
        return cleanResult(await provider.call(tool, isObject(raw) ? raw : {}, { ...begun, progress }), redaction)
      },
    }
  })
}
