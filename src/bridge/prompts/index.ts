import { handOff } from './hand-off.ts'
import { pickUp } from './pick-up.ts'
import type { BridgePrompt } from './prompt.ts'

/** Every prompt there is. */
export const prompts: readonly BridgePrompt[] = [handOff, pickUp]
