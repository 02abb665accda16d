import type { PlannedFile } from '../../core/plan/plan.ts'
import { serversIn } from './watch-glance.ts'

const REMEMBERED_MAX = 8

const keyOf = ({ plan }: PlannedFile): string => `${plan.environment}\n${plan.client}\n${plan.file}`

/**
 * What files said before each of our own writes. A program that kept its file in memory writes exactly that back; a person
 * who takes an entry out leaves something else, unless it is the one we wrote last.
 */
export class Memory {
  readonly #earlier = new Map<string, string[]>()

  /** A run has written this file, which said before what the plan was made from. */
  wrote(file: PlannedFile): void {
    const kept = this.#earlier.get(keyOf(file)) ?? []
    this.#earlier.set(keyOf(file), [...kept, serversIn(file.observed.client, file.observed.bytes)].slice(-REMEMBERED_MAX))
  }

  /** Does it say again what it said before one of our writes? */
  isBack(file: PlannedFile): boolean {
    return this.#earlier.get(keyOf(file))?.includes(serversIn(file.observed.client, file.observed.bytes)) === true
  }
}
