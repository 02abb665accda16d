/**
 * How many times as thorough as usual the tests are: MCP_TWIN_RUNS, 1 without it. `npm run test:long` sets it. Whole
 * sweeps (every place at which a program can be killed) and large random samples need more than 1.
 */
export const factor = Math.max(1, Number(process.env.MCP_TWIN_RUNS) || 1)

/** The number of cases of a test that takes `few` by default. */
export const runs = (few: number): number => few * factor

/** All of a list that a thorough run goes through, else `few` of it in equal steps, first and last among them. */
export function sample<Item>(all: readonly Item[], few: number): Item[] {
  if (factor > 1 || all.length <= few) return [...all]
  const steps = Array.from({ length: few }, (_, step) => Math.round((step * (all.length - 1)) / Math.max(1, few - 1)))
  return steps.flatMap((at) => all.slice(at, at + 1))
}
