import type { Content } from '../base/call.ts'
import type { JsonObject } from '../../model/entry.ts'

/** How the text of a plugin is read: `.js` and `.mjs` are ES modules, since the folder's package.json says so; `.cjs` is CommonJS. */
export type PluginFormat = 'module' | 'commonjs'

/** A message of the bridge to the process of a plugin: one JSON text a line, on descriptor 3. */
export type ToPlugin =
  | { readonly load: { readonly file: string; readonly format: PluginFormat; readonly source: string } }
  | { readonly call: number; readonly tool: string; readonly arguments: unknown }
  | { readonly cancel: number }
  | { readonly ping: number }

/** A message of that process. The bridge trusts none of them: the plugin can write to the same descriptor. */
export type FromPlugin =
  | { readonly loaded: unknown }
  | { readonly failed: string }
  | { readonly answer: number; readonly content: readonly Content[]; readonly data?: JsonObject; readonly isError?: boolean }
  /** The handler threw. */
  | { readonly answer: number; readonly error: string }
  /** The arguments do not fit the tool's parameters. */
  | { readonly answer: number; readonly invalid: string }
  /** Memory was refused to the handler. */
  | { readonly answer: number; readonly exhausted: string }
  | { readonly pong: number }

/** The descriptor for these messages. A plugin may close 0, 1 and 2, or write to them. */
export const channelFd = 3
