import type { JsonObject } from '../../model/entry.ts'
import type { Manifest, Override, ServerSpec } from '../../model/manifest.ts'
import { Secret } from '../../model/secret.ts'
import { removeAt, setAt } from '../formats/json/tree-edit.ts'
import { extractKeys } from '../keys/extract.ts'
import { secretNames } from '../keys/naming.ts'
import { beforeTemplate } from '../keys/template.ts'
import { keysOfAll } from '../manifest/names.ts'

/** The manifest for version control. */
interface ExportedManifest {
  readonly text: string
  readonly manifest: Manifest
  /** Keys that were in the manifest itself, by the names that replace them. */
  readonly named: ReadonlyMap<string, string>
}

/**
 * A reference to the store where the manifest itself holds a key, as typed by hand: dots in its place would be taken for
 * the key by whoever restores. `keys` are those of the store that the manifest asks for.
 */
export function exportedManifest(text: string, manifest: Manifest, keys: ReadonlyMap<string, string>): ExportedManifest {
  const asked = new Set(keysOfAll(manifest))
  const names = secretNames((name) => (keys.has(name) || asked.has(name) ? new Secret(keys.get(name) ?? '') : null))
  const stored = [...keys].flatMap(([name, key]) => (key === '' ? [] : [[`\${secret:${name}}`, key] as const]))
  const referred = (value: string): string =>
    stored.reduce(
      (all, [reference, key]) =>
        all
          .split(key)
          .map((part, at, { length }) => (at < length - 1 ? beforeTemplate(part) : part))
          .join(reference),
      value,
    )
  const texts = (values: Readonly<Record<string, string>>) => Object.fromEntries(Object.entries(values).map(([k, v]) => [k, referred(v)]))
  const settings = (values: NonNullable<ServerSpec['settings']>) => {
    const clear = <V>(value: V): V | string => (typeof value === 'string' ? referred(value) : value)
    return Object.fromEntries(Object.entries(values).map(([k, v]) => [k, Array.isArray(v) ? v.map(clear) : clear(v)]))
  }
  const clean = <T extends ServerSpec | Override>(part: T, server: string): T => {
    const found = extractKeys(part, { server, names }).server
    return {
      ...found,
      ...(found.args === undefined ? {} : { args: found.args.map(referred) }),
      ...(found.env === undefined ? {} : { env: texts(found.env) }),
      ...(found.headers === undefined ? {} : { headers: texts(found.headers) }),
      ...('settings' in found && found.settings !== undefined ? { settings: settings(found.settings) } : {}),
    }
  }
  const servers: Record<string, ServerSpec> = {}
  for (const [name, spec] of Object.entries(manifest.servers)) {
    const on = Object.entries(spec.on ?? {}).map(([side, part]) => [side, clean(part, name)] as const)
    servers[name] = { ...clean(spec, name), ...(spec.on === undefined ? {} : { on: Object.fromEntries(on) }) }
  }
  const edited = setAt(text, ['servers'], servers as JsonObject)
  const whole = edited.ok ? edited.text : text
  // Where somebody keeps their memory is nobody else's, and each machine joins by itself.
  const { store, ...bridge } = manifest.bridge ?? {}
  const parted = store === undefined ? null : removeAt(whole, ['bridge', 'store'])
  return {
    text: parted?.ok === true ? parted.text : whole,
    manifest: { ...manifest, servers, ...(store !== undefined && { bridge }) },
    named: names.taken,
  }
}
