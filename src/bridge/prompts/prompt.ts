import type { PlainCall } from '../base/call.ts'
import type { Effect } from '../contract/tool.ts'
import type { Bridge } from '../contract/bridge.ts'

/** The arguments of a prompt. The protocol knows only text. */
export type PromptArguments = Readonly<Record<string, string>>

/** A prompt that a person picks from a menu of the client. Its text is made when it is picked. */
export interface BridgePrompt {
  readonly name: string
  readonly title: string
  readonly description: string
  readonly arguments: readonly { readonly name: string; readonly description: string; readonly required: boolean }[]
  /** The effect of the tools that the prompt leads to: a read-only bridge offers only prompts whose tools read. */
  readonly effect: Effect
  /** Makes the text for the model. Throws a Refusal. */
  text(args: PromptArguments, bridge: Bridge, call: PlainCall): Promise<string>
}
