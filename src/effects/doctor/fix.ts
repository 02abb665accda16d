import { clientById } from '../../catalog/clients/index.ts'
import { layout } from '../../core/layout.ts'
import { toHere } from '../../core/paths.ts'
import { TwinError } from '../../errors.ts'
import type { AbandonedLock, Finding, Autofix } from '../../model/check.ts'
import type { World } from '../../model/environment.ts'
import type { System } from '../../model/system.ts'
import { openRun } from '../store/backup.ts'
import { releaseLeftClaudeLocks, withClaudeLock } from '../store/claude-lock.ts'
import { withFileLock, withRunLock } from '../store/lock.ts'
import { projectBounds } from '../store/project-bounds.ts'
import { rewriteFile } from '../store/rewrite.ts'
import { isTrouble } from '../store/trouble.ts'
import type { HomePlace } from '../machine/home.ts'
import { reach } from '../manifest/open.ts'

/** Something that was fixed, or why it could not be. */
export interface FixResult {
  readonly what: string
  readonly trouble: string | null
}

/** Time to wait for a lock that is held after all, in ms. */
const WAIT_MS = 2000

const nothing = async (): Promise<void> => {}

/** Removes an abandoned lock by acquiring and releasing it, which is free of races. */
async function clearLock(
  system: System,
  side: string,
  { of, guarded, programPaths = [] }: AbandonedLock,
  signal: AbortSignal,
): Promise<void> {
  if (of === 'run') await withRunLock(system, guarded, side, nothing, { waitMs: WAIT_MS, signal })
  else if (of === 'program') await withClaudeLock(system, [guarded], { signal }, nothing)
  else {
    await releaseLeftClaudeLocks(system, programPaths, guarded, side, signal)
    await withFileLock(system, guarded, side, { waitMs: WAIT_MS, signal }, nothing)
  }
}

const MARK = [0xef, 0xbb, 0xbf]

/** Removes a byte order mark; backed up, so that undo restores it. */
async function removeBom(
  system: System,
  world: World,
  home: HomePlace,
  { environment, client, file }: Extract<Autofix, { kind: 'bom' }>,
): Promise<string | null> {
  const side = world.environments.find(({ id }) => id === environment)
  const here = side === undefined ? null : toHere(side, file)
  if (side === undefined || here === null) return 'its file cannot be reached from here'
  const run = openRun(system, reach(home, layout(home.environment, home.folder).backups), { command: 'doctor', at: system.now() })
  const definition = clientById(client)
  const bounds = await projectBounds(system, { environment: side, client: definition, file })
  const ownLock = bounds.within === null ? definition?.ownLock : undefined
  const outcome = await rewriteFile(
    system,
    { here, shown: file, side: home.environment.id, ...bounds, ...(ownLock === undefined ? {} : { ownLock }) },
    (bytes) =>
      bytes === null || MARK.some((byte, at) => bytes[at] !== byte)
        ? { kind: 'nothing' }
        : { kind: 'replace', bytes: bytes.subarray(MARK.length), holdsKey: false },
    run.forFile({ environment, client, file, entries: [], project: bounds.within ?? undefined }),
  )
  await run.finish()
  return outcome.kind === 'refused' || outcome.kind === 'failed' ? (outcome.reason ?? 'unknown') : null
}

/** What `--fix` would do, without doing it. */
export const wouldFix = (findings: readonly Finding[]): string[] => [
  ...new Set(findings.flatMap(({ autofix }) => (autofix === undefined ? [] : [plannedWords(autofix)]))),
]

function plannedWords(autofix: Autofix): string {
  if (autofix.kind === 'mode') return `${autofix.shown} becomes private (mode ${octal(autofix.mode)})`
  if (autofix.kind === 'lock') return `the abandoned lock on ${autofix.lock.guarded} is removed`
  if (autofix.kind === 'bom') return `the byte order mark of ${autofix.file} is removed`
  if (autofix.kind === 'detect') return 'the other sides are detected anew'
  return 'configs are synced; to see how: mcp-twin sync --dry-run'
}

const octal = (mode: number): string => mode.toString(8).padStart(4, '0')

async function fixOne(system: System, world: World, home: HomePlace, autofix: Autofix, signal: AbortSignal): Promise<FixResult | null> {
  if (autofix.kind === 'mode') {
    await system.files.setMode(autofix.here, autofix.mode)
    return { what: `${autofix.shown} is now private (mode ${octal(autofix.mode)})`, trouble: null }
  }
  if (autofix.kind === 'lock') {
    await clearLock(system, home.environment.id, autofix.lock, signal)
    return { what: `the abandoned lock on ${autofix.lock.guarded} is removed`, trouble: null }
  }
  if (autofix.kind === 'bom')
    return { what: `the byte order mark of ${autofix.file} is removed`, trouble: await removeBom(system, world, home, autofix) }
  return null
}

/**
 * Fixes modes, abandoned locks and byte order marks. The command itself runs a sync or a new detection.
 */
export async function fixFiles(
  system: System,
  world: World,
  home: HomePlace,
  findings: readonly Finding[],
  signal: AbortSignal,
): Promise<FixResult[]> {
  const fixed: FixResult[] = []
  for (const { autofix, subject } of findings) {
    if (autofix === undefined) continue
    try {
      const one = await fixOne(system, world, home, autofix, signal)
      if (one !== null) fixed.push(one)
    } catch (error) {
      if (!(error instanceof TwinError) && !isTrouble(error)) throw error
      fixed.push({ what: subject, trouble: error.message })
    }
  }
  return fixed
}
