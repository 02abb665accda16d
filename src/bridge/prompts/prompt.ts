import type { Call } from '../base/call.ts'
import type { Effect } from '../contract/tool.ts'
import type { Bridge } from '../contract/bridge.ts'

/** What a prompt is called with: its arguments as texts, which is all that the protocol knows. */
export type PromptArguments = Readonly<Record<string, string>>

/** A prompt that a person picks from a menu of the client. Its text is made when it is picked. */
export interface Prompt {
  readonly name: string
  readonly title: string
  readonly description: string
  readonly arguments: readonly { readonly name: string; readonly description: string; readonly required: boolean }[]
  /** What the tools that it leads to do: where nothing may be changed, only prompts that read are offered. */
  readonly effect: Effect
  /** What the model is told. Throws a Refusal. */
  text(args: PromptArguments, bridge: Bridge, call: Omit<Call, 'begin' | 'refused'>): Promise<string>
}
