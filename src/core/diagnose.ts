import type { CheckDefinition, Finding } from '../model/check.ts'

/** Every check over the facts, in the order of the checks. One that breaks says so and leaves the others alone. */
export function diagnose<Facts>(checks: readonly CheckDefinition<Facts>[], facts: Facts): Finding[] {
  return checks.flatMap((check) => runCheck(check, facts))
}

function runCheck<Facts>({ id, group, title, run }: CheckDefinition<Facts>, facts: Facts): Finding[] {
  const base = { check: id, group }
  try {
    const found = run(facts)
    if (found.length === 0) return [{ ...base, level: 'ok', subject: title, message: '' }]
    return found.map((each) => ({ ...base, ...each }))
  } catch (error) {
    const words = error instanceof Error ? error.message : String(error)
    const message = `this check failed with an error: ${words}`
    return [
      {
        ...base,
        level: 'failed',
        subject: title,
        message,
        fix: `please report it, with what this shows: mcp-twin doctor --check ${id} --verbose`,
      },
    ]
  }
}

/** Nothing wrong was found, and every check could be made. */
export const isHealthy = (findings: readonly Finding[]): boolean => findings.every(({ level }) => level !== 'error' && level !== 'failed')
