import { isObject } from '../../core/object.ts'
import type { AuditLine } from './audit.ts'

/** A line of the audit as it was read: `at` in ms since the epoch, and any event, since a newer bridge may write others. */
export interface ReadAuditLine extends Omit<AuditLine, 'event'> {
  readonly at: number
  readonly event: string
}

/** One line of `audit.jsonl`; null for anything else, such as the torn end that a killed bridge left. */
export function readAuditLine(text: string): ReadAuditLine | null {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    return null
  }
  if (!isObject(value)) return null
  const { at, event, client, tool, subject, outcome } = value
  const ms = typeof at === 'string' ? Date.parse(at) : Number.NaN
  if (Number.isNaN(ms)) return null
  if (typeof event !== 'string' || typeof client !== 'string' || typeof tool !== 'string') return null
  if (typeof subject !== 'string' || typeof outcome !== 'string') return null
  return { at: ms, event, client, tool, subject, outcome }
}
