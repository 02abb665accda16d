import type { Extensions, InstalledExtension } from '../../model/extension.ts'
import type { Manifest, ServerSpec } from '../../model/manifest.ts'
import { nameFor } from '../import/pasted/server-name.ts'
import { secretName } from '../keys/naming.ts'
import { lookUp } from '../lookup.ts'
import { BRIDGE } from '../manifest/new-name.ts'
import { isEncrypted, isKeyValue, missingValues } from '../launch/extension.ts'

/** One extension in `init --json` and `list --json`. */
export interface ExtensionRow {
  readonly id: string
  readonly name: string
  readonly version: string | null
  readonly enabled: boolean
  readonly source: string | null
  readonly signature: string | null
  /** The server of the manifest that it is. */
  readonly server: string | null
  /** Why it cannot be brought to other programs; null: it can, or it is brought. */
  readonly reason: string | null
}

/**
 * Why an extension cannot be brought to other programs; null: it can. `isForbidden`: a policy switches extensions off. `settings`: values
 * that our manifest has.
 */
export function whyLeft(found: InstalledExtension, isForbidden: boolean, settings?: ServerSpec['settings']): string | null {
  if (found.trouble !== null) return found.trouble
  if (isForbidden) return 'a policy of this computer switches extensions off'
  if (found.blocked !== null) return `your organization blocks it: ${found.blocked}`
  if (!found.enabled) return 'it is switched off in Claude Desktop'
  const missing = missingValues(found, settings)
  const list = Object.entries(found.manifest?.user_config ?? {}).find(([name, option]) => {
    const given = lookUp(found.values, name)
    return Array.isArray(given) && lookUp(settings ?? {}, name) === undefined && isKeyValue(name, option, given)
  })?.[0]
  if (list !== undefined) return `its value "${list}" is a list with a key in it, and the key store takes single values`
  return missing.length === 0 ? null : `it needs ${missing.map((name) => `"${name}"`).join(', ')}, which Claude Desktop does not have yet`
}

/** The name of the server that an extension becomes. */
export const serverName = ({ id, manifest }: InstalledExtension): string => {
  const name = manifest?.name ?? id
  return nameFor({ package: name.toLowerCase() }) ?? name
}

/** Whether a server cannot be called so: another one is, or the bridge. */
export const isTaken = ({ servers }: Pick<Manifest, 'servers'>, name: string): boolean =>
  name === BRIDGE || lookUp(servers, name) !== undefined

/** Extensions with the servers that they are, in the order of their ids. */
export const extensionRows = (
  { found }: Extensions,
  { servers }: Pick<Manifest, 'servers'>,
  isForbidden: (found: InstalledExtension) => boolean,
): ExtensionRow[] =>
  [...found.values()].map((each) => {
    const server = Object.entries(servers).find(([, { extension }]) => extension === each.id)?.[0] ?? null
    const { id, enabled, source, signature, manifest } = each
    const reason = server === null ? whyLeft(each, isForbidden(each)) : null
    return { id, name: serverName(each), version: manifest?.version ?? null, enabled, source, signature, server, reason }
  })

/** A value of an extension that goes into the key store. */
export interface ExtensionKey {
  /** Its name among the values of the extension. */
  readonly value: string
  /** What it would be called in the store. */
  readonly label: string
  /** The key itself; null: Claude Desktop keeps it encrypted, so a person has to give it. */
  readonly plain: string | null
}

/** The keys among the values that a person gave in Claude Desktop, each called like the variable that it fills. */
export function keysAmong({ manifest, values }: InstalledExtension, server: string): ExtensionKey[] {
  const { env = {} } = manifest?.server.mcp_config ?? {}
  return Object.entries(manifest?.user_config ?? {}).flatMap(([value, option]) => {
    const found = lookUp(values, value)
    if (Array.isArray(found) || !isKeyValue(value, option, found)) return []
    const given = String(found)
    const variable = Object.entries(env).find(([, text]) => text.includes(`\${user_config.${value}}`))?.[0]
    const label = variable === undefined ? secretName(`${server}_${value}`, true, server) : secretName(variable, true, server)
    return [{ value, label, plain: isEncrypted(given) ? null : given }]
  })
}

/** What is said of servers whose extension is switched off or blocked in Claude Desktop: they stay. */
export const offNotices = ({ servers }: Pick<Manifest, 'servers'>, extensions: Extensions | undefined): string[] =>
  Object.entries(servers).flatMap(([name, server]) => {
    const found = offExtension(server, extensions)
    if (found === null) return []
    const what = found.blocked === null ? 'switched off' : 'blocked by your organization'
    return [`${name} is ${what} in Claude Desktop, and stays in the other programs. To take it out: mcp-twin disable ${name}`]
  })

/** The extension of a server that is switched off or blocked in Claude Desktop; null: it is none. */
export function offExtension({ extension, disabled }: ServerSpec, extensions: Extensions | undefined): InstalledExtension | null {
  const found = extension === undefined || disabled === true ? undefined : extensions?.found.get(extension)
  return found === undefined || (found.enabled && found.blocked === null) ? null : found
}
