/** Lines `from` to `to` of the old text became lines `into` to `until` of the new one; ends are not included. */
export interface LineChange {
  readonly from: number
  readonly to: number
  readonly into: number
  readonly until: number
}

/** How much work comparisons may still be, in compared lines; used up, what differs is shown as replaced in one piece. */
export interface Effort {
  left: number
}

/** So many added and removed lines are looked for between two lines that are surely the same; memory grows with its square. */
const mostEdits = 1000

/** The changes between two texts, each a list of lines, in order. The least that can be, where `effort` allows it. */
export function lineChanges(old: readonly string[], now: readonly string[], effort: Effort): LineChange[] {
  const numbers = new Map<string, number>()
  const numbered = (lines: readonly string[]): Uint32Array =>
    Uint32Array.from(lines, (line) => {
      const number = numbers.get(line) ?? numbers.size
      numbers.set(line, number)
      return number
    })
  return joined(changesIn(numbered(old), numbered(now), { from: 0, to: old.length, into: 0, until: now.length }, effort))
}

type Lines = Uint32Array

function changesIn(old: Lines, now: Lines, whole: LineChange, effort: Effort): LineChange[] {
  let { from, to, into, until } = whole
  while (from < to && into < until && old[from] === now[into]) [from, into] = [from + 1, into + 1]
  while (from < to && into < until && old[to - 1] === now[until - 1]) [to, until] = [to - 1, until - 1]
  const range = { from, to, into, until }
  if (from === to || into === until) return from === to && into === until ? [] : [range]
  return shortest(old, now, range, effort) ?? anchored(old, now, range, effort)
}

/** Myers' "An O(ND) Difference Algorithm and Its Variations" (1986), forwards. Null: it takes more than it may. */
function shortest(old: Lines, now: Lines, { from, to, into, until }: LineChange, effort: Effort): LineChange[] | null {
  const [height, width] = [to - from, until - into]
  const steps: Int32Array[] = []
  // How far one comes with `edits` on each diagonal, `x - y`, shifted so that none is negative.
  let reached = new Int32Array(3)
  for (let edits = 0; edits <= Math.min(height + width, mostEdits); edits++) {
    const next = new Int32Array(2 * edits + 3)
    for (let diagonal = -edits; diagonal <= edits; diagonal += 2) {
      const [below, above] = [reached[diagonal + edits - 1] ?? 0, reached[diagonal + edits + 1] ?? 0]
      let x = edits === 0 ? 0 : diagonal === -edits || (diagonal !== edits && below < above) ? above : below + 1
      let y = x - diagonal
      const start = x
      while (x < height && y < width && old[from + x] === now[into + y]) [x, y] = [x + 1, y + 1]
      effort.left -= 1 + x - start
      next[diagonal + edits + 1] = x
      if (x >= height && y >= width) return traced([...steps, next], { from, to, into, until })
    }
    steps.push(next)
    reached = next
    if (effort.left <= 0) return null
  }
  return null
}

/** The way back from the end: each step is one line that was added or removed. */
function traced(steps: readonly Int32Array[], { from, to, into, until }: LineChange): LineChange[] {
  const changes: LineChange[] = []
  let [x, y] = [to - from, until - into]
  for (let edits = steps.length - 1; edits > 0; edits--) {
    const reached = steps[edits - 1] ?? new Int32Array(0)
    const diagonal = x - y
    const [below, above] = [reached[diagonal + edits - 1] ?? 0, reached[diagonal + edits + 1] ?? 0]
    const isAdded = diagonal === -edits || (diagonal !== edits && below < above)
    x = isAdded ? above : below
    y = x - (isAdded ? diagonal + 1 : diagonal - 1)
    changes.push({ from: from + x, to: from + x + (isAdded ? 0 : 1), into: into + y, until: into + y + (isAdded ? 1 : 0) })
  }
  return changes.reverse()
}

/** Parts the texts at lines that occur once in both, in the same order in both, and compares what is between them. */
function anchored(old: Lines, now: Lines, range: LineChange, effort: Effort): LineChange[] {
  const anchors = effort.left <= 0 ? [] : commonOnce(old, now, range)
  effort.left -= range.to - range.from + range.until - range.into
  if (anchors.length === 0) return [range]
  const changes: LineChange[] = []
  let [from, into] = [range.from, range.into]
  for (const [x, y] of [...anchors, [range.to, range.until] as const]) {
    if (x > from || y > into) changes.push(...changesIn(old, now, { from, to: x, into, until: y }, effort))
    ;[from, into] = [x + 1, y + 1]
  }
  return changes
}

/** Pairs of equal lines that are the only ones of their kind in either range: the longest row of them that rises in both. */
function commonOnce(old: Lines, now: Lines, { from, to, into, until }: LineChange): (readonly [number, number])[] {
  const once = (lines: Lines, start: number, end: number): Map<number, number> => {
    const places = new Map<number, number>()
    for (let at = start; at < end; at++) places.set(lines[at] ?? 0, places.has(lines[at] ?? 0) ? -1 : at)
    return places
  }
  const there = once(now, into, until)
  const pairs = [...once(old, from, to)].flatMap(([line, x]) => {
    const y = there.get(line) ?? -1
    return x < 0 || y < 0 ? [] : [[x, y] as const]
  })
  pairs.sort(([a], [b]) => a - b)
  // Patience sorting: `tops[n]` ends the best row of n + 1 pairs that was found so far.
  const tops: number[] = []
  const before = pairs.map(([, y], at) => {
    let [low, high] = [0, tops.length]
    while (low < high) {
      const middle = (low + high) >> 1
      if ((pairs[tops[middle] ?? 0]?.[1] ?? 0) < y) low = middle + 1
      else high = middle
    }
    tops[low] = at
    return tops[low - 1] ?? -1
  })
  const row: (readonly [number, number])[] = []
  for (let at = tops.at(-1) ?? -1; at >= 0; at = before[at] ?? -1) row.push(pairs[at] ?? [0, 0])
  return row.reverse()
}

/** Changes that touch are one. */
function joined(changes: readonly LineChange[]): LineChange[] {
  const result: LineChange[] = []
  for (const change of changes) {
    const last = result.at(-1)
    if (last === undefined || last.to !== change.from || last.until !== change.into) result.push(change)
    else result[result.length - 1] = { from: last.from, to: change.to, into: last.into, until: change.until }
  }
  return result
}
