import type { PackagePlace } from '../../core/packages/place.ts'
import { sameIntegrity } from '../../core/packages/record.ts'
import { readAnswer, viewFields } from '../../core/packages/registry-answer.ts'
import { engineWarnings } from '../../core/packages/trouble.ts'
import { failed, type InstallJob, type InstallResult, installTimeoutMs, npmFailed } from './job.ts'
import { lacksAll, missingPrograms, versionAt } from './installed.ts'
import { callNpm, type NpmEnd } from './npm.ts'

/**
 * Installs into a prefix that is not ours (`npm install -g`), which has one version of a package at a time. npm records no
 * integrity there, so we compare the registry's with the lock first; npm then checks the download against the registry's.
 */
export async function installInPrefix(job: InstallJob, place: PackagePlace): Promise<InstallResult> {
  const { system, environment, locked, options } = job
  const words = `${locked.name}@${locked.version}`
  if (locked.integrity !== undefined) {
    const end = await npm(job, place, ['view', words, ...viewFields], 'look')
    if (!end.ok) return npmFailed(end.trouble)
    const now = readAnswer(locked.name, end.stdout)?.integrity
    if (now === undefined || !sameIntegrity(now, locked.integrity)) {
      return failed(
        `${locked.name} ${locked.version} of the registry differs from the pinned one`,
        'if you trust the new content: mcp-twin sync --refresh',
      )
    }
  }
  const scripts = options.allowScripts ? ['--ignore-scripts=false', '--dangerously-allow-all-scripts'] : ['--ignore-scripts=true']
  const end = await npm(job, place, ['install', '--global=true', words, '--omit=dev', '--dry-run=false', ...scripts], 'change')
  if (!end.ok) return npmFailed(end.trouble)
  const version = await versionAt(system, environment, place.files)
  if (version !== locked.version)
    return failed(
      `npm installed ${version === null ? 'nothing' : `${locked.name} ${version}`} instead of ${locked.name} ${locked.version}`,
      'npm config get prefix',
    )
  const missing = await missingPrograms(system, environment, place.files, locked)
  if (lacksAll(missing, locked))
    return failed(`${locked.name} ${locked.version} lacks its program ${missing.join(', ')}`, 'name another version in the manifest')
  const notices = [
    ...engineWarnings(end.stderr),
    ...missing.map((program) => `${locked.name} ${locked.version} lacks its program ${program}`),
  ]
  const blocked = !options.allowScripts && locked.scripts === true
  return { outcome: 'done', ...(blocked ? { scripts: [words] } : {}), ...(notices.length === 0 ? {} : { notices }) }
}

const npm = (
  { system, world, environment, locked, options }: InstallJob,
  place: PackagePlace,
  args: readonly string[],
  kind: 'look' | 'change',
): Promise<NpmEnd> =>
  callNpm(system, world, environment, {
    args,
    words: `${locked.name}@${locked.version}`,
    // Only a global installation ignores the npmrc of its prefix; a query runs in our own folder.
    ...(kind === 'change' ? { prefix: place.prefix } : {}),
    offline: options.offline,
    signal: options.signal,
    npmrcOnly: options.npmrcOnly,
    timeoutMs: installTimeoutMs,
    kind,
  })
