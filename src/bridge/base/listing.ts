interface Listing<T> {
  /** How many there are, those that were not even read included. */
  readonly count: number
  /** Bytes that the words may have, and the data. */
  readonly room: number
  /** One thing in words: a line, or several. */
  line(item: T): string
  /** One thing as data. */
  fact(item: T): unknown
  /** The line that counts what is left out. */
  more(left: number): string
}

/** Brackets, names of fields and the count of what is left out. */
const around = 120

/** How many of `sizes` fit into `room`, from the front. */
function fitting(sizes: readonly number[], room: number): number {
  let free = room
  const at = sizes.findIndex((size) => {
    free -= size
    return free < 0
  })
  return at < 0 ? sizes.length : at
}

/** Things of a list that fit into the room of an answer, from the front, in words and as data; what is left out is counted. */
export function listInRoom<T>(
  items: readonly T[],
  { count, room, line, fact, more }: Listing<T>,
): { readonly lines: readonly string[]; readonly shown: readonly unknown[]; readonly told: number } {
  const lines = items.map(line)
  const facts = items.map(fact)
  const total = Math.max(count, items.length)
  const sizes = lines.map((each) => Buffer.byteLength(each) + 1)
  const isAll = total === items.length && fitting(sizes, room) === items.length
  const told = isAll ? items.length : fitting(sizes, room - Buffer.byteLength(more(total)) - 1)
  const shown = fitting(
    facts.map((each) => Buffer.byteLength(JSON.stringify(each)) + 1),
    room - around,
  )
  return { lines: [...lines.slice(0, told), ...(told < total ? [more(total - told)] : [])], shown: facts.slice(0, shown), told }
}
