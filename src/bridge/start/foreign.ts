import { join } from 'node:path'
import { toolsFileName } from '../../core/foreign/tools-file.ts'
import type { Redaction } from '../base/redaction.ts'
import type { Settings } from '../base/settings.ts'
import { type ForeignProvider, isReading } from '../foreign/tool.ts'
import { ForeignTools } from '../foreign/tools.ts'
import { PluginProvider } from '../plugins/provider.ts'
import type { BridgeLog } from '../records/log.ts'
import { sharedServers } from '../sharing/provider.ts'
import { tools } from '../tools/index.ts'
import type { Storage } from './storage.ts'

/** What a provider of foreign tools may work with. */
export interface ProviderParts {
  readonly settings: Settings
  readonly log: BridgeLog
  readonly redaction: Redaction
  readonly storage: Storage
}

/** Makes the providers of one bridge, in the order in which their tools are listed. */
export type MakeProviders = (parts: ProviderParts) => readonly ForeignProvider[]

/** To add a provider: a folder in `bridge/` and its line here. What it needs for its work is loaded by its first call. */
export const usualProviders: MakeProviders = (parts) => [
  sharedServers((method, params, asking) => parts.storage.ask(method, params, asking)),
  new PluginProvider(parts),
]

/** The tools of shared servers and plugins. A family that is off lists nothing. */
export function openForeign(parts: ProviderParts, make: MakeProviders): ForeignTools {
  const { settings } = parts
  const { folder, families } = settings
  return new ForeignTools({
    path: join(folder, toolsFileName),
    providers: make(parts).filter(({ family }) => families.includes(family)),
    reserved: new Set(tools.map(({ name }) => name)),
    mayOffer: (tool) =>
      settings.unreadable === undefined && settings.families.includes(tool.family) && (!settings.readOnly || isReading(tool)),
  })
}
