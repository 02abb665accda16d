import { layout } from '../../core/layout.ts'
import { filesIn, type PackagePlace, recordName } from '../../core/packages/place.ts'
import { type InstalledRecord, readTree, sameIntegrity, type TreeNote } from '../../core/packages/record.ts'
import { engineWarnings } from '../../core/packages/trouble.ts'
import { joinPath } from '../../core/paths.ts'
import type { NativePath } from '../../model/path.ts'
import { failed, type InstallJob, type InstallResult, installTimeoutMs, npmFailed } from './job.ts'
import { lacksAll, missingPrograms, readOn } from './installed.ts'
import { makePart, reach, removeQuietly, settle, sweep, withoutLinks } from './leftovers.ts'
import { callNpm, type NpmEnd } from './npm.ts'

/** Installs into a prefix of its own: built under a temporary name, checked, then renamed. */
export async function installOwn(job: InstallJob, place: PackagePlace): Promise<InstallResult> {
  const { system, environment, folder } = job
  const { npm } = layout(environment, folder)
  await sweep(system, environment, npm)
  const part = await makePart(system, environment, npm)
  let whole = false
  try {
    const result = await build(job, part)
    if (result.outcome === 'failed') return result
    await settle(system, environment, npm, part, place.prefix)
    whole = true
    return result
  } finally {
    if (!whole) await removeQuietly(system, environment, part)
  }
}

async function build(job: InstallJob, part: NativePath): Promise<InstallResult> {
  const { system, environment, locked, options } = job
  const project = { private: true, dependencies: { [locked.name]: locked.version } }
  await write(job, joinPath(environment, part, 'package.json'), project)
  // Scripts stay off until the package is verified to be the pinned one, even where they are allowed afterwards.
  // The package is named although package.json lists it: on Windows `npm install` without a name takes a prefix for the
  // global one and links the folder into itself (npm 10.9 install.js, `where === globalTop`).
  const install = [
    'install',
    `${locked.name}@${locked.version}`,
    '--save-exact',
    '--ignore-scripts=true',
    '--omit=dev',
    '--package-lock=true',
    '--install-strategy=hoisted',
    '--dry-run=false',
    '--global=false',
  ]
  const real = await withoutLinks(system, environment, part)
  const end = await npm(job, real, install)
  if (!end.ok) return npmFailed(end.trouble)

  const tree = readTree(
    (await readOn(system, environment, joinPath(environment, part, 'node_modules', '.package-lock.json'))) ?? '',
    locked.name,
  )
  const wrong = tree === null ? 'npm wrote no node_modules/.package-lock.json' : mismatch(job, tree)
  if (wrong !== null || tree === null) return failed(wrong ?? '', `if you trust the new content of ${locked.name}: mcp-twin sync --refresh`)
  const missing = await missingPrograms(system, environment, filesIn(environment, part, locked.name), locked)
  if (lacksAll(missing, locked))
    return failed(`${locked.name} ${locked.version} lacks its program ${missing.join(', ')}`, 'name another version in the manifest')

  const run = options.allowScripts && tree.scripts.length > 0
  if (run) {
    // Since npm 12 scripts run only where a policy says so (npm/rfcs#868); older npm warns about the flag and runs them.
    const scripts = await npm(job, real, ['rebuild', '--ignore-scripts=false', '--dangerously-allow-all-scripts', '--global=false'])
    if (!scripts.ok) return npmFailed(scripts.trouble)
  }
  const { name, version } = locked
  const record: InstalledRecord = { name, version, integrity: tree.integrity ?? null, scripts: tree.scripts, scriptsRan: run }
  await write(job, joinPath(environment, part, recordName), record)
  const notices = [...engineWarnings(end.stderr), ...missing.map((program) => `${name} ${version} lacks its program ${program}`)]
  return {
    outcome: 'done',
    ...(run || tree.scripts.length === 0 ? {} : { scripts: tree.scripts }),
    ...(notices.length === 0 ? {} : { notices }),
  }
}

function mismatch({ locked }: InstallJob, tree: TreeNote): string | null {
  if (tree.version !== locked.version)
    return `npm installed ${tree.version === undefined ? 'nothing' : `${locked.name} ${tree.version}`} instead of ${locked.name} ${locked.version}`
  if (locked.integrity === undefined) return null
  // Without a digest npm has verified nothing.
  return tree.integrity !== undefined && sameIntegrity(locked.integrity, tree.integrity)
    ? null
    : `${locked.name} ${locked.version} of the registry differs from the pinned one`
}

const npm = ({ system, world, environment, locked, options }: InstallJob, part: NativePath, args: readonly string[]): Promise<NpmEnd> =>
  callNpm(system, world, environment, {
    args,
    words: `${locked.name}@${locked.version}`,
    prefix: part,
    cwd: part,
    offline: options.offline,
    signal: options.signal,
    npmrcOnly: options.npmrcOnly,
    timeoutMs: installTimeoutMs,
    kind: 'change',
  })

const write = ({ system, environment }: InstallJob, path: NativePath, value: unknown): Promise<void> =>
  system.files.create(reach(environment, path), Buffer.from(`${JSON.stringify(value, null, 2)}\n`), 0o644)
