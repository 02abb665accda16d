import { KeyFinder, withoutPlaces } from '../model/redaction/key-finder.ts'

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

  apply(text: string): string {
    if (this.hidden.size === 0) return text
    this.finder ??= new KeyFinder([...this.hidden], SHORTEST)
    return withoutPlaces(text, this.finder.places(text), 0, text.length)
  }
}
