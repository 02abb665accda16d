import type { Heard } from '../context.ts'
import { KeyFinder, withoutPlaces } from '../model/redaction/key-finder.ts'
import { heardBy } from './heard.ts'

/** Shorter values are too common in ordinary text to be replaced everywhere. */
const SHORTEST = 6

/** Replaces every hidden value by dots, in whatever spelling it turns up. The last wall: texts should not hold keys at all. */
export class Mask {
  private readonly hidden = new Set<string>()
  private finder: KeyFinder | undefined

  hide(value: string): void {
    if (value.length < SHORTEST || this.hidden.has(value)) return
    this.hidden.add(value)
    this.finder = undefined
  }

  /** Hears another program; `values` are hidden there besides. */
  heard(values: readonly string[], tell: (lines: readonly string[]) => void): Heard {
    return heardBy([...this.hidden, ...values], SHORTEST, tell)
  }

  apply(text: string): string {
    if (this.hidden.size === 0) return text
    this.finder ??= new KeyFinder([...this.hidden], SHORTEST)
    return withoutPlaces(text, this.finder.places(text), 0, text.length)
  }
}
