/** A text in which something was decoded (escapes, dumps, line breaks), with the places of the original. */
export interface View {
  readonly text: string
  /** Where in the original the characters of a part came from: in one place, or in several where what was left out stays. */
  places(from: number, to: number): [number, number][]
}

/** Notes which parts of a text were replaced by others, in order, so that a place in the new text leads back to the old one. */
export class Replaced {
  private readonly starts: number[] = []
  private readonly ends: number[] = []
  private readonly sizes: number[] = []
  /** Where in the new text each replacement begins. */
  private readonly at: number[] = []
  private grown = 0

  /** The characters from `start` to `end` became `size` others. */
  note(start: number, end: number, size: number): void {
    this.starts.push(start)
    this.ends.push(end)
    this.sizes.push(size)
    this.at.push(start + this.grown)
    this.grown += size - (end - start)
  }

  /** The new text, null where nothing was noted. `apart`: what was left out inside of a part does not belong to it. */
  view(text: string, apart = false): View | null {
    if (this.at.length === 0) return null
    return {
      text,
      places: (from, to) => {
        const found: [number, number][] = []
        let [start] = this.origin(from)
        const last = this.origin(to - 1)[1]
        if (!apart) return [[start, last]]
        for (let n = this.before(from + 1); n < this.at.length && (this.at[n] ?? 0) < to; n++) {
          if (this.sizes[n] !== 0) continue
          const end = this.starts[n] ?? 0
          if (start < end) found.push([start, end])
          start = this.ends[n] ?? 0
        }
        found.push([start, last])
        return found
      },
    }
  }

  /** How many replacements begin before a place of the new text. */
  private before(place: number): number {
    let [low, high] = [0, this.at.length]
    while (low < high) {
      const middle = (low + high) >> 1
      if ((this.at[middle] ?? 0) < place) low = middle + 1
      else high = middle
    }
    return low
  }

  /** Where a character of the new text came from. */
  private origin(place: number): [number, number] {
    const n = this.before(place + 1) - 1
    if (n < 0) return [place, place + 1]
    const [start = 0, end = 0, size = 0, at = 0] = [this.starts[n], this.ends[n], this.sizes[n], this.at[n]]
    const beyond = place - at - size
    return beyond < 0 ? [start, end] : [end + beyond, end + beyond + 1]
  }
}

/** A view of a view. */
export const through = (inner: View, outer: View): View => ({
  text: inner.text,
  places: (from, to) => inner.places(from, to).flatMap(([start, end]) => outer.places(start, end)),
})
