import { localTime } from '../core/local-time.ts'
import { isStartedByRun } from '../core/launch/project.ts'
import type { TrustChange, TrustView } from '../core/trust/view.ts'
import { digestsOf } from '../core/trust/digests.ts'
import type { TrustReview } from '../effects/sync/trust-review.ts'
import { visible } from '../ui/escape.ts'

/** Enough of a digest to compare two of them; all of it is in `--verbose` and `--json`. Other lines of a server are never cut. */
const DIGEST = /^(package .*, integrity sha\d+-[A-Za-z0-9+/]{12})[A-Za-z0-9+/]+=*$/

const withDigest = (line: string, isWhole: boolean): string => (isWhole ? line : line.replace(DIGEST, '$1…'))

/** Lines with every server and the keys that they receive. `isWhole`: digests, too, are shown from beginning to end. */
export const serverScreen = (view: TrustView, keys: readonly string[], isWhole: boolean): string[] => [
  ...Object.values(view).flatMap(({ lines: [first = '', ...details] }) => [
    `  ${first}`,
    ...details.map((line) => `      ${withDigest(line, isWhole)}`),
  ]),
  ...(keys.length === 0 ? [] : [`Keys these servers receive: ${keys.join(', ')}`]),
]

/** Lines, safe to print, with everything in a project that decides what runs and what leaves the machine. */
export function trustScreen({ manifest, keys, view, since, others }: TrustReview, isWhole: boolean): string[] {
  const servers = Object.entries(manifest.servers)
  const withFiles = servers.filter(([, { command, disabled }]) => command !== undefined && disabled !== true).map(([name]) => name)
  const byClients = servers.filter(([, server]) => !isStartedByRun(server) && server.disabled !== true).map(([name]) => name)
  const lines = [
    ...serverScreen(view, keys, isWhole),
    ...(withFiles.length === 0
      ? []
      : [`These commands run in the project's folder; later changes to files they start are not asked about: ${withFiles.join(', ')}`]),
    ...(byClients.length === 0
      ? []
      : [
          `Servers without keys, started by each program itself after its own approval, trusted here or not ` +
            `(packages by npx, with the project's npm settings): ${byClients.join(', ')}`,
        ]),
    ...(since === null ? [] : changeLines(since.at, since.changes, isWhole)),
    ...(others.words.length === 0 ? [] : [`Others can change this project: ${others.words.join('; ')}`]),
  ]
  return lines.map(visible)
}

function changeLines(at: string, changes: readonly TrustChange[], isWhole: boolean): string[] {
  const day = localTime(at)
  if (changes.length === 0) return [`Nothing has changed since you trusted it (${day}).`]
  return [
    `Since you trusted it (${day}):`,
    ...changes.flatMap(({ server, change, before, now }) => [
      `  ${server}: ${change}${before.length + now.length === 0 ? ' in a hidden value' : ''}`,
      ...before.map((line) => `    - ${withDigest(line, isWhole)}`),
      ...now.map((line) => `    + ${withDigest(line, isWhole)}`),
    ]),
  ]
}

/** The same as JSON. `digest` is the manifest's, `lock` the lock's; null if there is none. */
export function trustDocument({ seen, manifest, keys, view, since, others }: TrustReview): Record<string, unknown> {
  const { manifest: digest, lock } = digestsOf(seen)
  return {
    project: seen.place,
    ...{ digest, lock, servers: Object.keys(manifest.servers), keys },
    shown: Object.fromEntries(Object.entries(view).map(([name, { lines }]) => [name, lines])),
    changes: since?.changes ?? null,
    ...(others.owner === undefined ? {} : { owner: others.owner }),
    ...(others.words.length === 0 ? {} : { others: others.words }),
  }
}
