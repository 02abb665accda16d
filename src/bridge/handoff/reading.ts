/**
 * Divides items into those that fit into `room` and the rest, both in the order in which they were given. They are tried in the order of
 * `compare`; one that is too large for what is left does not stop those after it.
 */
export function divide<T>(
  items: readonly T[],
  room: number,
  costOf: (item: T) => number,
  compare: (a: T, b: T) => number,
): { readonly taken: readonly T[]; readonly left: readonly T[] } {
  const taken = new Set<T>()
  let free = room
  for (const item of [...items].sort(compare)) {
    const cost = costOf(item)
    if (cost > free) continue
    free -= cost
    taken.add(item)
  }
  return { taken: items.filter((item) => taken.has(item)), left: items.filter((item) => !taken.has(item)) }
}
