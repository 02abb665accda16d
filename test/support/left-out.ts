import { describe, it } from 'vitest'

/**
 * A `describe` that is left out where the machine does not allow it. The reason stands in its title, and `test/run`
 * prints each reason before its last line, so that a green run never hides what it did not look at.
 */
export function describeUnless(reason: string | null, title: string, body: () => void): void {
  if (reason === null) describe(title, body)
  else describe.skip(`${title} (left out: ${reason})`, body)
}

/** A test that is left out in the same way; its title stays, so that `requirements.ts` can name it. */
export function itUnless(reason: string | null, title: string, body: () => Promise<void> | void): void {
  it(title, reason === null ? body : ({ skip }) => skip(reason))
}
