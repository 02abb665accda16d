import type { Context } from '../context.ts'
import type { SyncOptions } from '../effects/sync/options.ts'

/** Flags that mean the same in every command that has them. */
export interface SyncFlags {
  readonly desktopConfig?: string
  readonly check?: boolean
  readonly dryRun?: boolean
  readonly force?: boolean
  readonly prune?: boolean
  readonly refresh?: boolean
  readonly watch?: boolean
  readonly adopt?: boolean
}

/** The options of a sync from the command line; those that a command lacks are off. */
export function syncOptions(context: Context, options: SyncFlags = {}, more: Partial<SyncOptions> = {}): SyncOptions {
  const { desktopConfig } = options
  return {
    clients: context.options.client ?? [],
    on: context.options.on ?? [],
    ...(desktopConfig === undefined ? {} : { desktopConfig }),
    check: options.check === true,
    dryRun: options.dryRun === true,
    force: options.force === true,
    prune: options.prune === true,
    offline: context.options.offline === true,
    resolve: true,
    refresh: options.refresh === true,
    selfEverywhere: false,
    // `--adopt` copies from the clients' files, which a pull may have changed.
    keepsTrust: options.watch !== true && options.adopt !== true,
    agrees: options.watch !== true && context.isInside !== true,
    ...(context.judge === undefined ? {} : { judge: context.judge }),
    signal: context.signal,
    progress: (title) => context.io.progress(title),
    hide: (value) => context.io.hide(value),
    ...more,
  }
}
