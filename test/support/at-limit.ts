const lastMs = 30_000

/**
 * The first answer of `attempt` that `hasBegun` accepts, with a limit that doubles each time (from `firstMs`): what a program has
 * done when a limit ends it depends on the machine, so a test says what it must have done before the limit counts. After 30 s
 * the last answer is returned as it is.
 */
export async function atLimit<T>(attempt: (limitMs: number) => Promise<T>, hasBegun: (answer: T) => boolean, firstMs = 500): Promise<T> {
  for (let limitMs = firstMs; ; limitMs *= 2) {
    const answer = await attempt(limitMs)
    if (hasBegun(answer) || limitMs > lastMs) return answer
  }
}
