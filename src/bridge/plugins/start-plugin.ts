import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import type { Settings } from '../base/settings.ts'
import { commandEnvironment } from '../terminal/environment.ts'
import { type PluginDescription, readDescription } from './description.ts'
import type { PluginSource } from './file.ts'
import { type Patience, patience, RunningPlugin } from './running.ts'

export interface StartOptions {
  readonly settings: Pick<Settings, 'folder' | 'platform' | 'execPath' | 'pid' | 'variables'>
  readonly program: string
  readonly tag: string
  take(line: string): void
  readonly patience?: Patience
}

/** Starts the process of a plugin and loads it there; rejects with a PluginTrouble, and leaves no process then. */
export async function startPlugin(
  source: PluginSource,
  { settings, program, tag, take, patience: times = patience }: StartOptions,
): Promise<{ readonly plugin: RunningPlugin; readonly description: PluginDescription }> {
  const { folder, platform, execPath, pid, variables } = settings
  const cwd = join(folder, 'workspace')
  mkdirSync(cwd, { recursive: true, mode: 0o700 })
  const env = commandEnvironment(variables, tag)
  const plugin = new RunningPlugin({ platform, execPath, program, cwd, env, tag, self: pid }, take, times)
  try {
    return { plugin, description: readDescription(await plugin.load(source)) }
  } catch (error) {
    await plugin.end()
    throw error
  }
}
