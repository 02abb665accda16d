import { lstatSync, mkdirSync, readdirSync, realpathSync, renameSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { limits } from '../../base/limits.ts'
import { codeOf } from '../../base/refusal.ts'

/** One line of /proc/<pid>/mountinfo (proc(5)). */
export interface Mount {
  readonly point: string
  /** Major and minor number of its file system. */
  readonly device: string
  /** What of that file system is mounted here, as a path in it. */
  readonly root: string
  readonly type: string
}

/** Where a path lies: a file system and the path in it. Two paths with one origin are one file. */
export type Origin = Pick<Mount, 'device' | 'root'>

const unescaped = (text: string): string =>
  text.includes('\\') ? text.replace(/\\([0-7]{3})/g, (_, digits) => String.fromCharCode(Number.parseInt(digits, 8))) : text
/** The kernel escapes bytes, and names are UTF-8. */
const named = (text: string): string => Buffer.from(unescaped(text), 'latin1').toString('utf8')

const joined = (folder: string, rest: string): string => (rest === '' ? folder : `${folder === '/' ? '' : folder}/${rest}`)
const isIn = (path: string, folder: string): boolean => path === folder || path.startsWith(folder === '/' ? '/' : `${folder}/`)
const rest = (path: string, folder: string): string => path.slice(folder === '/' ? 1 : folder.length + 1)

/** The mounts that a process sees; of two at one place the later one is on top. */
export class MountTable {
  readonly mounts: readonly Mount[]

  /** `text`: a mountinfo file, read as latin1. */
  constructor(text: string) {
    this.mounts = text.split('\n').flatMap((line) => {
      const [fields = '', more = ''] = line.split(' - ')
      const [, , device, root, point] = fields.split(' ')
      const [type] = more.split(' ')
      if (device === undefined || root === undefined || point === undefined || type === undefined) return []
      return [{ device, root: named(root), point: named(point), type }]
    })
  }

  /** Null: no mount holds the path. */
  originOf(path: string): Origin | null {
    const found = this.mounts.reduce<Mount | null>(
      (best, each) => (isIn(path, each.point) && each.point.length >= (best?.point.length ?? 0) ? each : best),
      null,
    )
    return found === null ? null : { device: found.device, root: joined(found.root, rest(path, found.point)) }
  }

  /** Mounts at places in a folder, without the folder itself. */
  below(folder: string): readonly Mount[] {
    return this.mounts.filter(({ point }) => point !== folder && isIn(point, folder))
  }
}

/** One step of bubblewrap that lays out the files of a command. Its path is the same inside and outside. */
export type SandboxStep =
  /** The file or folder itself. */
  | { readonly at: string; readonly make: 'bind'; readonly write: boolean }
  /** A file that stands in for one whose content is not shown. */
  | { readonly at: string; readonly make: 'cover'; readonly source: string }
  /** A folder of its own, empty at first; sealed when nothing more comes into it. */
  | { readonly at: string; readonly make: 'folder' | 'seal' }
  | { readonly at: string; readonly make: 'link'; readonly to: string }

/** The words of bubblewrap for a step. */
export function wordsOf(step: SandboxStep): string[] {
  const { at } = step
  // `-try`: what has gone since it was found is not made again as a mount point; the check of the layout finds that out.
  if (step.make === 'bind') return [step.write ? '--bind-try' : '--ro-bind-try', at, at]
  if (step.make === 'cover') return ['--ro-bind', step.source, at]
  if (step.make === 'link') return ['--symlink', step.to, at]
  return [step.make === 'seal' ? '--remount-ro' : '--tmpfs', at]
}

/**
 * What is wrong with a sandbox as it was laid out; null: it is as planned. Between finding a file and mounting it another
 * command may have put a link in its place, which would show something else there: so the sandbox is looked at before
 * anything runs in it. `here`: the mounts of this process, `inside`: those of the sandbox.
 */
export function layoutTrouble(
  steps: readonly SandboxStep[],
  roots: readonly string[],
  here: MountTable,
  inside: MountTable,
): string | null {
  const planned = new Map(steps.filter(({ make }) => make !== 'link' && make !== 'seal').map((step) => [step.at, step]))
  const top = new Map(inside.mounts.map((mount) => [mount.point, mount]))
  for (const [at, step] of planned) {
    const mount = top.get(at)
    const origin = step.make === 'bind' || step.make === 'cover' ? here.originOf(step.make === 'cover' ? step.source : at) : null
    const isRight = origin === null ? mount?.type === 'tmpfs' : mount?.device === origin.device && mount.root === origin.root
    if (!isRight) return at
  }
  // Whatever else is mounted there came along with a folder, and is the same outside.
  const strange = roots
    .flatMap((root) => inside.below(root))
    .find(
      (mount) =>
        !planned.has(mount.point) &&
        !here.mounts.some((own) => own.point === mount.point && own.device === mount.device && own.root === mount.root),
    )
  return strange?.point ?? null
}

/** Returns a file to show in the place of a closed one. */
export interface StandIns {
  for(facts: { readonly size: number; readonly mtimeMs: number }): string
}

/**
 * Hides what is closed. A file keeps its size and time, by which git takes it for unchanged. `named`: so do the names in
 * a folder, since git would take a file that is not there for a deleted one, and commit that.
 */
export function closedSteps(path: string, standIns: StandIns, way: 'named' | 'closed'): SandboxStep[] {
  try {
    const real = realpathSync(path)
    const facts = lstatSync(real)
    if (!facts.isDirectory()) return [{ at: real, make: 'cover', source: standIns.for(facts) }]
    const names = way === 'named' ? namesIn(real, standIns, 0) : []
    return [{ at: real, make: 'folder' }, ...names, { at: real, make: 'seal' }]
  } catch (error) {
    if (codeOf(error) === '') throw error
    return []
  }
}

function namesIn(folder: string, standIns: StandIns, depth: number): SandboxStep[] {
  const entries = readdirSync(folder, { withFileTypes: true })
  if (entries.length > limits.sandboxClosedNames || depth > limits.sandboxClosedDepth) return []
  return entries.flatMap((entry): SandboxStep[] => {
    const at = join(folder, entry.name)
    if (entry.isDirectory()) return [{ at, make: 'folder' }, ...namesIn(at, standIns, depth + 1), { at, make: 'seal' }]
    return entry.isFile() ? [{ at, make: 'cover', source: standIns.for(lstatSync(at)) }] : []
  })
}

const note = 'closed to commands by mcp-twin\n'

/** Our own files in place of closed ones, with their size and time, so that git does not read them. */
export class StandInFiles implements StandIns {
  private readonly folder: string
  private readonly random: (bytes: number) => string

  /** `folder`: where no command sees or changes them. */
  constructor(folder: string, random: (bytes: number) => string) {
    this.folder = folder
    this.random = random
  }

  for({ size, mtimeMs }: { readonly size: number; readonly mtimeMs: number }): string {
    const length = size > limits.standInBytes ? 0 : size
    const seconds = Math.floor(mtimeMs / 1000)
    const path = join(this.folder, `${length}-${seconds}`)
    const facts = statSync(path, { throwIfNoEntry: false })
    if (facts?.isFile() === true && facts.size === length && Math.floor(facts.mtimeMs / 1000) === seconds) return path
    mkdirSync(this.folder, { recursive: true, mode: 0o700 })
    // A command that still runs keeps what it was shown.
    for (const name of readdirSync(this.folder).slice(limits.standIns)) rmSync(join(this.folder, name), { force: true })
    const beside = join(this.folder, `.${this.random(8)}`)
    writeFileSync(beside, length < note.length ? '\n'.repeat(length) : note.padEnd(length, '\n'), { mode: 0o444, flag: 'wx' })
    utimesSync(beside, seconds, seconds)
    renameSync(beside, path)
    return path
  }
}
