import type { Environment } from './environment.ts'
import type { NativePath } from './path.ts'
import { flag, optionalFlag, optionalList, optionalText, optionalTexts, text, textList, z } from './zod.ts'

const launch = { args: optionalList, env: optionalTexts }

/** One value that an extension asks for in Claude Desktop. */
const option = z.looseObject({
  type: text,
  title: optionalText,
  required: optionalFlag,
  default: z.optional(z.union([text, z.number(), flag, textList])),
  multiple: optionalFlag,
  sensitive: optionalFlag,
})
export type ExtensionOption = z.infer<typeof option>

/** `manifest.json` of a bundle (.mcpb, .dxt), all versions to 0.4, as far as it decides what is started. */
export const extensionManifestSchema = z.looseObject({
  name: text,
  version: text,
  server: z.looseObject({
    type: z.enum(['node', 'python', 'binary', 'uv']),
    mcp_config: z.looseObject({
      command: text,
      ...launch,
      platform_overrides: z.optional(z.record(text, z.looseObject({ command: optionalText, ...launch }))),
    }),
  }),
  user_config: z.optional(z.record(text, option)),
})
export type ExtensionManifest = z.infer<typeof extensionManifestSchema>

/** What Claude Desktop keeps of an extension beside it. No such file: it was never switched on. */
export const extensionSettingsSchema = z.looseObject({
  isEnabled: z._default(flag, false),
  userConfig: z._default(z.record(text, z.unknown()), {}),
  orgBlockedReason: z.optional(z.nullable(text)),
})

/** Where each extension came from, as `extensions-installations.json` says. */
export const installationsSchema = z.looseObject({
  extensions: z._default(
    z.record(text, z.looseObject({ source: optionalText, signatureInfo: z.optional(z.looseObject({ status: optionalText })) })),
    {},
  ),
})

/** An extension as it lies in Claude Desktop's folder. */
export interface InstalledExtension {
  readonly id: string
  /** The side whose Claude Desktop has it. */
  readonly environment: Environment
  readonly folder: NativePath
  /** Null: it cannot be used, and `trouble` says why. */
  readonly manifest: ExtensionManifest | null
  readonly trouble: string | null
  /** Values that a person gave in Claude Desktop, by name. They may be keys: never to be shown. */
  readonly values: Readonly<Record<string, unknown>>
  readonly enabled: boolean
  /** Why the organization blocks it; null: it does not. */
  readonly blocked: string | null
  readonly source: string | null
  readonly signature: string | null
  /** Only its own side can start it: it is no JavaScript, or has modules of machine code. */
  readonly isBound: boolean
  /** What it starts was agreed to. */
  readonly agreed: boolean
}

/** Extensions by id, as far as they were looked at. */
export interface Extensions {
  readonly found: ReadonlyMap<string, InstalledExtension>
  /** Why Claude Desktop's folder cannot be looked at; null: it can. */
  readonly trouble: { readonly reason: string; readonly hint: string } | null
}
