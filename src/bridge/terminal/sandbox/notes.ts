import { limits } from '../../base/limits.ts'
import { inName } from '../../base/text.ts'
import type { Quotas } from '../../base/settings.ts'
import { MiB } from '../../base/units.ts'
import type { SandboxedRun } from './enclosed.ts'
import type { Sandbox } from './sandbox.ts'

/** An amount of memory as people say it. */
export const sized = (bytes: number): string =>
  bytes >= 1024 * MiB && bytes % (1024 * MiB) === 0 ? `${bytes / (1024 * MiB)} GiB` : `${Math.round(bytes / MiB)} MiB`

/** Names for a sentence, the first of many. */
export function listed(paths: readonly string[]): string {
  const more = paths.length - limits.appearedShown
  return `${paths.slice(0, limits.appearedShown).map(inName).join(', ')}${more > 0 ? ` and ${more} more` : ''}`
}

/** Error messages of programs that may not write: the kernel's, git's and node's. */
const mayNotWrite = /Read-only file system|Device or resource busy|\bEROFS\b|\bEBUSY\b/

/** Sentences about a command that has ended in the sandbox, besides its output. */
export function notesOn(
  { excess, appeared, hasHidden, trouble }: SandboxedRun,
  output: string,
  { memoryBytes, processes }: Quotas,
): string[] {
  return [
    ...(excess === 'memory' ? [`Ended: it used more than ${sized(memoryBytes)} of memory.`] : []),
    ...(excess === 'processes' ? [`Ended: it had more than ${processes} processes.`] : []),
    ...(appeared.length === 0
      ? []
      : [
          `New or changed while it ran: ${listed(appeared)}. Such files start programs by themselves later: look at them before you use git, an editor or an MCP client there.`,
        ]),
    ...(trouble === null ? [] : [`What it made could not be looked at (${trouble}).`]),
    ...(hasHidden
      ? ['It made so many folders that the look for files which start programs by themselves later ended early: there may be more of them.']
      : []),
    ...(mayNotWrite.test(output)
      ? [
          'What starts programs by itself later (git hooks and configuration, .envrc, .vscode/tasks.json and the like) is read-only in the sandbox; a person can open a path with bridge.allow in the manifest.',
        ]
      : []),
  ]
}

const cutWords = {
  folders: `The search for what commands must not change ended after ${limits.sandboxFolders} folders: what lies deeper in the allowed folders is not protected`,
  repositories: `The search for what commands must not change ended after ${limits.sandboxRepositories} repositories: further ones are not protected`,
  names: 'The search for what commands must not change left out folders whose names are not UTF-8: what lies in them is not protected',
} as const

/** What is wrong with the sandbox, or came of it, in sentences. `doctor` knows how they begin (core/doctor/bridge-check.ts). */
export function sandboxTroubles({ trouble, appeared, last: { found, cut } }: Sandbox): string[] {
  const links = found.filter(({ kind }) => kind === 'link').map(({ path }) => path)
  const made = appeared.all().map(({ path }) => path)
  return [
    ...(trouble === null ? [] : [`The terminal is off: its sandbox does not hold, since ${trouble}.`]),
    ...(cut === null ? [] : [`${cutWords[cut]}; name smaller folders in bridge.roots.`]),
    ...(links.length === 0
      ? []
      : [
          `The folders of ${listed(links)} are read-only in the sandbox: these are links, which cannot be protected by themselves; put the files in their place.`,
        ]),
    ...(made.length === 0
      ? []
      : [
          `Commands in the sandbox made or changed files that start programs by themselves later: ${listed(made.reverse())}. Look at them, then remove bridge/sandbox/appeared.json.`,
        ]),
  ]
}

/** What commands in the sandbox may take and what holds them to it, as `bridge_status` says it. */
export interface SandboxLimits {
  readonly memory_bytes: number
  readonly memory_by: 'cgroup' | 'watched'
  readonly processes: number
  readonly tmp_bytes: number
  readonly tmp_by: 'fixed' | 'watched'
}

/** Null: there is no sandbox that holds. */
export function limitsOf({ quotas, limitedBy }: Pick<Sandbox, 'quotas' | 'limitedBy'>): SandboxLimits | null {
  if (limitedBy === null) return null
  const { memory, tmp } = limitedBy
  return { memory_bytes: quotas.memoryBytes, memory_by: memory, processes: quotas.processes, tmp_bytes: quotas.tmpBytes, tmp_by: tmp }
}

/** The same in words, with what no sandbox can hold. */
export const limitWords = (limited: SandboxLimits): string =>
  [
    'Sandbox: no network, no Unix sockets, nothing of the disk but the allowed folders and programs; MCP files of projects are closed, git hooks and their like read-only.',
    `Memory ${sized(limited.memory_bytes)} (${limited.memory_by}), ${limited.processes} processes (watched), /tmp ${sized(limited.tmp_bytes)} (${limited.tmp_by}).`,
    'It cannot hold what you run yourself: what a command wrote runs with your rights then, git hooks and build scripts included.',
  ].join(' ')
