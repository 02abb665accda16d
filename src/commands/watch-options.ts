import { usageError } from '../errors.ts'

/** Flags that decide something once, and would decide it again and again behind a person's back. */
const once = ['check', 'dryRun', 'adopt', 'force', 'prune', 'trust'] as const

/** Wrong usage before anything is looked at. */
export function checkWatchOptions(options: Record<string, unknown>): void {
  const wrong = once.find((name) => options[name] === true)
  if (wrong === undefined) return
  const flag = `--${wrong.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`
  throw usageError(`--watch and ${flag} cannot be combined: ${flag} is for a single run.`, {
    hint: `mcp-twin sync ${flag}, then: mcp-twin sync --watch`,
  })
}
