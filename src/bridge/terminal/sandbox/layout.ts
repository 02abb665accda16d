import { lstatSync, readdirSync, readlinkSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { autorunBelow } from '../../policy/autorun.ts'
import { closedBelow } from '../../policy/closed.ts'
import { namesOf } from '../../policy/names.ts'
import { judge, type Region, within } from '../../policy/region.ts'
import type { Ruling } from '../../policy/ruling.ts'
import { codeOf } from '../../base/refusal.ts'
import { type StandIns, type SandboxStep, closedSteps } from './steps.ts'
import type { ProtectedPath } from './found.ts'

/** The parts of the disk that a command in the sandbox sees and may change. */
export interface LayoutPlan {
  readonly region: Region
  readonly ruling: Ruling
  readonly readOnly: boolean
  readonly home: string
  /** Whether Windows' rules for names hold there, which make no difference between capital and small letters. */
  readonly onDrive: (path: string) => boolean
  readonly found: readonly ProtectedPath[]
  readonly standIns: StandIns
}

const exact = (path: string): string => path
const folded = (path: string): string => path.toLowerCase()

export function kindOf(path: string): 'file' | 'folder' | 'link' | null {
  try {
    const facts = lstatSync(path)
    return facts.isSymbolicLink() ? 'link' : facts.isDirectory() ? 'folder' : 'file'
  } catch (error) {
    if (codeOf(error) === '') throw error
    return null
  }
}

const depth = (path: string): number => path.split('/').length
/** The folders between a root and something in it, without both. */
function between(path: string, root: string): string[] {
  const found: string[] = []
  if (path !== root) for (let at = dirname(path); at !== root && within(at, root, exact); at = dirname(at)) found.push(at)
  return found
}

/** The allowed folders as they are laid out; the whole disk counts as the user's folder, since the sandbox has a system of its own. */
export const rootsOf = ({ open }: Pick<Region, 'open'>, home: string): string[] =>
  [...new Set(open.map((root) => (root === '/' ? home : root)))].filter((root) => kindOf(root) === 'folder')

/** Those of them that lie in no other one. */
export const outermost = (roots: readonly string[]): string[] =>
  roots.filter((root) => !roots.some((other) => other !== root && within(root, other, exact)))

/**
 * True for a folder in which programs look for keys and settings, the user's own above all: there also what is not
 * there yet must not be made. On Windows drives all folders with something closed count, since a mount that hides
 * `.ssh` does not hide `.SSH`, which is the same folder there.
 */
function isStrict(folder: string, { region, ruling, home, onDrive }: LayoutPlan): boolean {
  const homes = [...ruling.homes, namesOf(home)]
  const closed = closedBelow(folder, homes)
  if (onDrive(folder))
    return closed.length > 0 || kindOf(join(folder, 'Users')) !== null || region.closed.some((path) => within(path, folder, folded))
  // Where the drives themselves lie.
  if (onDrive(join(folder, 'c'))) return true
  return [...closed, ...autorunBelow(folder, homes)].includes(folder)
}

/** Each thing in a strict folder by itself: folders as they may be used, files to be read, closed ones not at all, nothing new. */
function strictly(folder: string, plan: LayoutPlan): SandboxStep[] {
  const { region, ruling } = plan
  const fold = plan.onDrive(folder) ? folded : exact
  const steps: SandboxStep[] = [{ at: folder, make: 'folder' }]
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const at = join(folder, entry.name)
    if (ruling.of(at, 'read') === 'closed') {
      const again = region.reopened.filter((each) => within(each, at, fold) && kindOf(each) === 'folder')
      steps.push(...again.flatMap((each) => plainly(each, plan)))
    } else if (entry.isDirectory()) steps.push(...(isStrict(at, plan) ? strictly(at, plan) : plainly(at, plan)))
    else if (entry.isFile()) steps.push({ at, make: 'bind', write: ruling.isAllowed(at) && !plan.readOnly })
    else if (entry.isSymbolicLink()) steps.push({ at, make: 'link', to: readlinkSync(at) })
  }
  return [...steps, { at: folder, make: 'seal' }]
}

/** The ways to mount a place, the strictest last. `named`: closed, and the names in it are shown. */
const ways = ['write', 'read', 'named', 'closed'] as const
type Way = (typeof ways)[number]

/**
 * A folder that may be used as a whole, but for what is protected in it. The folders on the way there are mounted too:
 * what is mounted can be neither renamed nor removed, so nothing can be put in its place. A link cannot be mounted, and
 * so the folder that it lies in is read-only.
 */
function plainly(root: string, plan: LayoutPlan): SandboxStep[] {
  const { region, ruling } = plan
  const isHidden = (path: string): boolean => judge(path, { ...region, open: [path] }, exact) === 'closed'
  const laid = new Map<string, Way>()
  const lay = (path: string, way: Way) => {
    const before = laid.get(path)
    if (within(path, root, exact) && (before === undefined || ways.indexOf(way) > ways.indexOf(before))) laid.set(path, way)
  }
  const isThere = (path: string) => within(path, root, exact) && kindOf(path) !== null
  const runsLater = (path: string) => !ruling.isAllowed(path)
  lay(root, region.autorun.some((path) => within(root, path, exact)) && runsLater(root) ? 'read' : 'write')
  for (const path of region.closed) if (isThere(path)) lay(path, 'closed')
  for (const path of region.autorun) if (isThere(path) && runsLater(path)) lay(path, 'read')
  for (const { path, sort, kind } of plan.found.filter((each) => each.sort !== 'read-only' || runsLater(each.path))) {
    if (kind === 'link') lay(dirname(path), 'read')
    else if (sort !== 'watched') lay(path, sort === 'closed' ? 'named' : sort === 'read-only' ? 'read' : 'write')
  }
  for (const path of [...region.reopened, ...rootsOf(plan.region, plan.home)])
    if (kindOf(path) === 'folder' && !isHidden(path)) lay(path, 'write')
  for (const path of [...laid.keys()].flatMap((each) => between(each, root))) if (!isHidden(path)) lay(path, 'write')
  const steps = [...laid]
    .sort(([one], [other]) => depth(one) - depth(other))
    .filter(([path, way]) => region.reopened.includes(path) || isNeeded(path, way, laid))
    .flatMap(([path, way]) => stepsFor(path, way, plan))
  // Something may be open again in what is closed: it is laid before that is sealed.
  return [...steps.filter(({ make }) => make !== 'seal'), ...steps.filter(({ make }) => make === 'seal')]
}

/** False: a folder around it allows no more than is wanted here. */
function isNeeded(path: string, way: Way, laid: ReadonlyMap<string, Way>): boolean {
  for (let at = path; at !== dirname(at); ) {
    at = dirname(at)
    const around = laid.get(at)
    if (around === 'closed' || around === 'named' || (around === 'read' && (way === 'read' || way === 'write'))) return false
  }
  return true
}

function stepsFor(at: string, way: Way, { readOnly, standIns }: LayoutPlan): SandboxStep[] {
  if (way === 'closed' || way === 'named') return closedSteps(at, standIns, way)
  return [{ at, make: 'bind', write: way === 'write' && !readOnly }]
}

/** The steps that lay out the allowed folders. */
export function layOut(plan: LayoutPlan): SandboxStep[] {
  const roots = rootsOf(plan.region, plan.home).sort((one, other) => depth(one) - depth(other))
  return outermost(roots).flatMap((root) => (isStrict(root, plan) ? strictly(root, plan) : plainly(root, plan)))
}

/** An allowed folder in which a command can make files; null when there is none. */
export const writableFolder = (plan: LayoutPlan): string | null =>
  plan.readOnly ? null : (rootsOf(plan.region, plan.home).find((root) => !isStrict(root, plan)) ?? null)
