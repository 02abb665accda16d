import { createHash } from 'node:crypto'
import { isToolName, longestName } from './names.ts'

const hashLength = 6

/**
 * The name under which a shared server's tool is called: `<server>__<tool>`. A name that clients would refuse is cut or has its other
 * characters replaced, and then ends in a hash of the whole, so that two of them never become one.
 */
export function sharedToolName(server: string, tool: string): string {
  const whole = `${server}__${tool}`
  if (isToolName(whole)) return whole
  const hash = createHash('sha256').update(whole).digest('hex').slice(0, hashLength)
  return `${whole.replace(/[^A-Za-z0-9_-]/g, '_').slice(0, longestName - hashLength - 1)}_${hash}`
}
