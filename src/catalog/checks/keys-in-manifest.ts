import { defineCheck } from '../../core/doctor/facts.ts'
import { extractKeys } from '../../core/keys/extract.ts'
import { keysOf } from '../../core/manifest/names.ts'

/** The manifest is made for version control, so a key belongs into the store, and only its name there. */
export const keysInManifest = defineCheck({
  id: 'keys-in-manifest',
  group: 'keys',
  title: 'the manifest itself holds no key',
  run: ({ input, manifest }) =>
    Object.entries(input.manifest.servers).flatMap(([server, spec]) => {
      const parts = [spec, ...Object.values(spec.on ?? {})]
      const names = new Set(parts.flatMap((part) => extractKeys(part, { server }).secrets.map(({ name }) => name)))
      return [...names].map((found) => {
        // A key of that name which the server asks for already is another one.
        const name = keysOf(spec).includes(found) ? `${found}_2` : found
        return {
          level: 'warning',
          subject: server,
          message: `the manifest, which is meant for version control, holds what looks like a key (${found})`,
          fix: `write "\${secret:${name}}" in its place, and store the key: mcp-twin secret set ${name}`,
          detail: [manifest.shown],
        } as const
      })
    }),
})
