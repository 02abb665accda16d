import { member } from '../../core/object.ts'
import type { ClientDefinition } from '../../model/client.ts'
import type { JsonObject } from '../../model/entry.ts'
import { type Fields, type Input, InputTrouble, readFields } from '../base/input.ts'
import type { Settings } from '../base/settings.ts'
import type { Policy } from '../policy/policy.ts'
import type { Action, ActionCarrier } from './action.ts'
import type { ActionStatus } from '../../model/bridge-words.ts'
import type { ConfigWish } from './config-change.ts'

/** The client that asks for an action, and the policy for it. */
export interface ActionAsker {
  readonly id: string
  readonly client: string
  readonly to: string | null
  readonly settings: Settings
  readonly policy: Policy
}

/** An action that was checked, before it is queued. */
export interface PreparedAction {
  readonly params: JsonObject
  readonly to: string | null
  readonly carrier: ActionCarrier
  readonly claimable: boolean
  /** What a person must do before anything happens; absent: nothing. */
  readonly needs?: JsonObject
}

/** How an action ended. `result` says in `message`, or in `error`, what a person should read. */
export interface ActionOutcome {
  readonly status: Extract<ActionStatus, 'done' | 'failed' | 'needs_user'>
  readonly result: JsonObject
}

/** Work that is done only after a person has approved it. */
export interface ForPerson {
  /** Sets or removes a server of the manifest, and updates every config. Refuses if the person was shown another plan. */
  changeServer(id: string, wish: ConfigWish): Promise<ActionOutcome>
  /** Sets the model in a client's settings file. */
  setModel(client: ClientDefinition, model: string): Promise<ActionOutcome>
}

/** What a type needs to carry out its actions. */
export interface ActionMeans {
  /** Absent: no person has approved anything. */
  readonly person?: ForPerson
  readonly settings: Settings
  /** The policy, with the roots of the bridge that queued the action. */
  readonly policy: Policy
  /** Opens a link on the side where `client` runs. False: no program opened it. */
  openLink(client: string, link: string): Promise<boolean>
}

export interface ActionDefinition<F extends Fields> {
  readonly name: string
  /** One line for people. */
  readonly summary: string
  readonly input: F
  /** What one action asks for, in a few words that go on after "asks to". Words of the program stand in quotation marks. */
  asked(input: Input<F>): string
  /** Whether it may be started again when its process died in the middle: doing it twice has the effect of doing it once. */
  readonly isRepeatable: boolean
  /** Whether a person approves it, whoever asks for it. */
  readonly needsPerson?: true
  /** Checks what `input` cannot. Throws a Refusal. */
  prepare(input: Input<F>, asking: ActionAsker): Promise<PreparedAction>
  /** What a person must be shown now, before approving it: what `prepare` said in `needs` may be out of date. */
  review?(action: Action, input: Input<F>, settings: Settings): Promise<JsonObject>
  /** Does the work. What only a person may start needs `means.person`. */
  carryOut?(action: Action, input: Input<F>, means: ActionMeans): Promise<ActionOutcome>
}

/** A type of action as the registry holds it. */
export interface ActionType {
  readonly name: string
  readonly summary: string
  readonly input: Fields
  readonly isRepeatable: boolean
  readonly needsPerson: boolean
  /** What an action with these params asks for, in a few words; null: the params are no longer what this type takes. */
  asked(params: unknown): string | null
  /** Checks only what every machine knows of the params. Throws InputTrouble. */
  check(params: unknown): JsonObject
  /** Throws InputTrouble or a Refusal. */
  prepare(params: unknown, asking: ActionAsker): Promise<PreparedAction>
  /** What a person must be shown now; null: what the action says by itself. Throws a Refusal. */
  review(action: Action, settings: Settings): Promise<JsonObject | null>
  /** Null: the bridge does not carry out this type. */
  carryOut(action: Action, means: ActionMeans): Promise<ActionOutcome | null>
}

export function defineAction<F extends Fields>(definition: ActionDefinition<F>): ActionType {
  const { name, summary, input, isRepeatable, needsPerson = false, review, carryOut } = definition
  const read = (params: unknown) => {
    if (member(params, 'to') !== undefined && !Object.hasOwn(input, 'to')) throw new InputTrouble('"to" stands beside "params", not in it')
    return readFields(input, params, `"params" of ${name}`)
  }
  return {
    ...{ name, summary, input, isRepeatable, needsPerson },
    asked(params) {
      try {
        return definition.asked(read(params))
      } catch (error) {
        if (error instanceof InputTrouble) return null
        throw error
      }
    },
    check(params) {
      read(params)
      return params as JsonObject
    },
    prepare: (params, asking) => definition.prepare(read(params), asking),
    review: async (action, settings) => (review === undefined ? null : review(action, read(action.params), settings)),
    carryOut: async (action, means) => (carryOut === undefined ? null : carryOut(action, read(action.params), means)),
  }
}
