import type { Check } from '../../core/doctor/facts.ts'
import { automount } from './automount.ts'
import { bridgeAppeared } from './bridge-appeared.ts'
import { bridgeAudit } from './bridge-audit.ts'
import { bridgeLink } from './bridge-link.ts'
import { bridgePlugins } from './bridge-plugins.ts'
import { bridgePort } from './bridge-port.ts'
import { bridgeRoots } from './bridge-roots.ts'
import { bridgeRules } from './bridge-rules.ts'
import { bridgeSearch } from './bridge-search.ts'
import { bridgeShared } from './bridge-shared.ts'
import { bridgeStarts } from './bridge-starts.ts'
import { bridgeTerminal } from './bridge-terminal.ts'
import { claudeCodeApproval } from './claude-code-approval.ts'
import { claudeCodeConfig } from './claude-code-config.ts'
import { claudeCodeHook } from './claude-code-hook.ts'
import { claudeCodeManaged } from './claude-code-managed.ts'
import { claudeCodeScopes } from './claude-code-scopes.ts'
import { clientRunning } from './client-running.ts'
import { commandOnPath } from './command-on-path.ts'
import { commandFound } from './command-found.ts'
import { configEncoding } from './config-encoding.ts'
import { configFound } from './config-found.ts'
import { configParses } from './config-parses.ts'
import { desktopPolicy } from './desktop-policy.ts'
import { diskSpace } from './disk-space.ts'
import { entriesKept } from './entries-kept.ts'
import { extensions } from './extensions.ts'
import { fileOwners } from './file-owners.ts'
import { inSync } from './in-sync.ts'
import { interop } from './interop.ts'
import { keysApart } from './keys-apart.ts'
import { keysConsistent } from './keys-consistent.ts'
import { keysInManifest } from './keys-in-manifest.ts'
import { keysPresent } from './keys-present.ts'
import { literalPaths } from './literal-paths.ts'
import { locks } from './locks.ts'
import { loggedIn } from './logged-in.ts'
import { nameClashes } from './name-clashes.ts'
import { nodePath } from './node-path.ts'
import { nodeVersion } from './node-version.ts'
import { npmPrefix } from './npm-prefix.ts'
import { npmScripts } from './npm-scripts.ts'
import { secretModes } from './secret-modes.ts'
import { secretsInTrackedFiles } from './secrets-in-tracked-files.ts'
import { serverInstalled } from './server-installed.ts'
import { serverStarts } from './server-starts.ts'
import { stdoutClean } from './stdout-clean.ts'
import { storeIntegrity } from './store-integrity.ts'
import { storeServer } from './store-server.ts'
import { timeSkew } from './time-skew.ts'
import { tokens } from './tokens.ts'
import { toolCount } from './tool-count.ts'
import { toolsListed } from './tools-listed.ts'
import { triggersMode } from './triggers-mode.ts'
import { unmanaged } from './unmanaged.ts'
import { unsetVariables } from './unset-variables.ts'
import { versionsMatch } from './versions-match.ts'
import { wslVersion } from './wsl-version.ts'

/** Every check there is, in the order of the report. To add one: a file beside this one, and its line here. */
export const checks: readonly Check[] = [
  ...[wslVersion, interop, automount, nodeVersion, nodePath, npmPrefix, commandOnPath, diskSpace, timeSkew, locks],
  ...[configFound, configParses, configEncoding, clientRunning, desktopPolicy],
  ...[
    inSync,
    entriesKept,
    serverInstalled,
    versionsMatch,
    commandFound,
    literalPaths,
    unsetVariables,
    nameClashes,
    extensions,
    npmScripts,
    unmanaged,
  ],
  ...[serverStarts, stdoutClean, toolsListed, toolCount],
  ...[
    bridgeStarts,
    bridgeLink,
    bridgeRoots,
    bridgeRules,
    bridgeTerminal,
    bridgeAppeared,
    bridgeSearch,
    bridgeShared,
    bridgePlugins,
    bridgeAudit,
    storeIntegrity,
    storeServer,
    bridgePort,
    tokens,
    triggersMode,
  ],
  ...[keysPresent, keysConsistent, keysApart, keysInManifest, loggedIn, fileOwners, secretModes, secretsInTrackedFiles],
  ...[claudeCodeManaged, claudeCodeScopes, claudeCodeApproval, claudeCodeConfig, claudeCodeHook],
]
