import { handOff } from './hand-off.ts'
import { pickUp } from './pick-up.ts'
import type { Prompt } from './prompt.ts'

/** Every prompt there is. */
export const prompts: readonly Prompt[] = [handOff, pickUp]
