import { inLine, time } from '../../base/text.ts'
import type { Handoff } from '../../handoff/handoff.ts'

/** A handoff in one line. */
export const handoffLine = ({ id, title, status, claim, to, by, updated }: Handoff): string =>
  `${id}  ${inLine(title)}  ${status}${claim === null ? '' : ` by ${inLine(claim.client)}`}, from ${inLine(by)} to ${inLine(to ?? 'any')}, ${time(updated)}`

/** What lists show of a handoff. */
export const handoffFacts = ({ id, title, status, claim, to, by, at, updated, namespace }: Handoff) => ({
  ...{ id, title, status, to: to ?? 'any', by, at, updated, namespace },
  ...(claim !== null && { claimed_by: claim.client, claimed_at: claim.at }),
})
