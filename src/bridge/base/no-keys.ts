import { vendorKeyIn } from '../../core/keys/vendor.ts'
import type { JsonValue } from '../../model/entry.ts'
import { denied } from './refusal.ts'

/**
 * Refuses a value that would be stored for other programs to read and holds a key which its vendor's prefix gives away. `field` is
 * what it is called where it was given. Throws a Refusal that names the field and the prefix, never the key. Keys that this computer
 * stores are found by `Redaction`.
 */
export function refuseVendorKeys(value: unknown, field = ''): void {
  const found = vendorKeyIn((value ?? null) as JsonValue, field)
  if (found !== null)
    throw denied(
      `Nothing was stored: ${found.field} holds what looks like a key ("${found.shape}"). A person can store it with: mcp-twin secret set NAME; then name it instead of quoting it.`,
    )
}
