import { join } from 'node:path'
import { Audit } from '../records/audit.ts'
import type { Bridge } from '../contract/bridge.ts'
import { Config } from '../config/config.ts'
import { logLevel } from '../config/options.ts'
import { Trash } from '../files/trash.ts'
import { liveIn } from '../handoff/claims.ts'
import { Notices } from '../handoff/notices.ts'
import { WaitingFile } from '../handoff/waiting.ts'
import { BridgeLog } from '../records/log.ts'
import { Policy } from '../policy/policy.ts'
import { Redaction } from '../base/redaction.ts'
import { findRipgrep, lacking } from '../search/ripgrep.ts'
import type { Searches } from '../search/searches.ts'
import type { Settings } from '../base/settings.ts'
import { FileChanges } from './file-changes.ts'
import { Following } from './following.ts'
import type { RunnerParts } from './runner-parts.ts'
import { type MakeProviders, openForeign, usualProviders } from './foreign.ts'
import { openShared } from './sharing.ts'
import { Presence } from './presence.ts'
import { holdWith, Storage } from './storage.ts'
import type { Terminal } from '../terminal/terminal.ts'

/**
 * Opens a bridge over its settings. Nothing heavy is loaded, and nothing looked up, until a tool needs it. `runner`: absent where a
 * bridge carries no actions out.
 */
export function openBridge(settings: Settings, providers: MakeProviders = usualProviders, runner?: RunnerParts): Bridge {
  const { now, redaction, policy, config, audit, log, following, followManifest } = recordsOf(settings)
  let searches: Promise<Searches> | undefined
  let terminal: Promise<Terminal> | undefined
  let opened: Terminal | undefined
  let session: string | undefined
  const loadTerminal = async () => {
    opened = new (await import('../terminal/terminal.ts')).Terminal(settings, policy, config, redaction)
    return opened
  }
  const ownSession = () => (session ??= settings.random(8))
  const waiting = new WaitingFile(join(settings.folder, 'waiting.json'))
  const storage = new Storage(
    settings,
    log,
    waiting,
    runner === undefined ? null : holdWith({ settings, policy, redaction, audit, log, followManifest }, runner),
  )
  const programs = new Presence(settings, storage)
  const shared = openShared({ settings, log, redaction, storage }, config, followManifest)
  const foreign = openForeign({ settings, log, redaction, storage }, providers)
  const stopFollowing = following.onChange(() => foreign.announce())
  const fileChanges = new FileChanges({ settings, policy, log, store: () => storage.store() })
  const searchable = () => findRipgrep(settings.platform, settings.variables.PATH) !== null
  return {
    ...{ settings, policy, config, audit, log, redaction },
    trash: new Trash(join(settings.folder, 'trash'), now, (bytes) => settings.random(bytes)),
    carriers: [],
    now,
    searchable,
    searches() {
      searches ??= loadSearches(settings, policy, redaction)
      return searches
    },
    terminal() {
      terminal ??= loadTerminal()
      return terminal
    },
    store: () => storage.store(),
    knownServer: async (signal) => (storage.isCopy ? storage.serverState(signal, true).catch(() => null) : null),
    storeServer: (signal) => storage.serverState(signal, false),
    used: () => storage.used(),
    namespace: () => storage.namespace(),
    followManifest,
    onManifest: (listener) => following.onChange(listener),
    foreign,
    seen(client, session) {
      programs.note(client, session, session === ownSession())
      storage.used()
    },
    filesChanged: (paths, author) => fileChanges.note(paths, author),
    notices: new Notices(waiting, liveIn(settings), now),
    get session() {
      return ownSession()
    },
    problems: () => [
      ...[storage.problems, waiting.problems(), foreign.problems(), shared.problems()].flat(),
      ...[troublesOf(settings, { config, audit, searchable }), opened?.troubles() ?? []].flat(),
    ],
    async close() {
      stopFollowing()
      await Promise.all([foreign.close(), shared.close(), fileChanges.settled(), programs.settled()])
      await storage.close()
      await Promise.all([terminal?.then((each) => each.close()), searches?.then((each) => each.close())])
      audit.close()
      log.close()
    },
  }
}

/** The parts that all others of a bridge use: policy, settings that can change, audit and logs. */
function recordsOf(settings: Settings) {
  const now = () => settings.now()
  const policy = new Policy(settings)
  const redaction = new Redaction(() => settings.keys(), settings.keysFiles)
  const config = new Config(join(settings.folder, 'config.json'))
  const log = new BridgeLog(settings.folder, redaction, now, () => config.get(logLevel))
  const following = new Following({ settings, policy, log })
  return {
    ...{ now, redaction, config, policy, log, following },
    followManifest: () => following.now(),
    audit: new Audit(settings.folder, redaction, now),
  }
}

/** What is wrong with the settings and the records, in sentences. */
const troublesOf = (
  { problems, platform, families }: Settings,
  { config, audit, searchable }: Pick<Bridge, 'config' | 'audit' | 'searchable'>,
): string[] => [
  ...problems,
  ...(config.trouble === null ? [] : [config.trouble]),
  ...(audit.trouble === null ? [] : [`The audit cannot be written (${audit.trouble}), so no command runs.`]),
  ...(searchable() || !families.includes('search') ? [] : [`Searching is off: ${lacking(platform)}.`]),
]

async function loadSearches(settings: Settings, policy: Policy, redaction: Redaction): Promise<Searches> {
  const { Searches } = await import('../search/searches.ts')
  return new Searches(policy, {
    platform: settings.platform,
    path: settings.variables.PATH,
    pid: settings.pid,
    longest: () => redaction.longest,
    now: () => settings.now(),
  })
}
