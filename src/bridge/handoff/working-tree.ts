import { stat } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { limits } from '../base/limits.ts'
import { failed } from '../base/refusal.ts'
import type { Redaction } from '../base/redaction.ts'
import type { Settings } from '../base/settings.ts'
import { tokensOf } from '../base/tokens.ts'
import type { Policy } from '../policy/policy.ts'
import { askGit, type GitPlace } from './git.ts'
import { checkGitDirectory, openPath } from './git-directory.ts'
import { gitProgram } from './git-program.ts'
import type { Section } from './handoff.ts'
import { divide } from './reading.ts'

/** A repository in a handoff: its folder, a section with its branch, and a section for each changed file. */
export interface WorkingTree {
  readonly root: string
  readonly sections: readonly Section[]
}

interface Asking {
  readonly settings: Pick<Settings, 'platform' | 'variables'>
  readonly policy: Policy
  readonly redaction: Redaction
  readonly signal: AbortSignal
}

/**
 * The branch and the uncommitted changes of the repository that a path lies in. The working tree, the git directory and
 * whatever its objects are taken from must be open to reading; changes of closed files are counted and left out.
 */
export async function workingTree(asking: Asking, path: string): Promise<WorkingTree> {
  const { policy, settings, signal } = asking
  const found = await policy.existing(path, 'read')
  const folder = await folderOf(found.real)
  const program = await gitProgram(settings, policy)
  const named = await askGit({ program, settings, signal, cwd: folder, where: [], over: {} }, [
    ...['rev-parse', '--path-format=absolute', '--show-toplevel', '--git-dir', '--git-common-dir'],
  ])
  const [top, directory, common] = named?.split('\n') ?? []
  if (top === undefined || directory === undefined || common === undefined || common === '')
    throw failed(`${JSON.stringify(path)} is in no git repository that git would open; leave repository out.`)
  const [root, gitDirectory, commonDirectory] = await Promise.all([top, directory, common].map((each) => openPath(policy, each)))
  if (root === undefined || gitDirectory === undefined || commonDirectory === undefined) throw failed('The repository is gone.')
  await checkGitDirectory(policy, gitDirectory, commonDirectory)
  const where = [`--git-dir=${gitDirectory}`, `--work-tree=${root}`]
  const place: GitPlace = { program, settings, signal, cwd: root, where, over: {} }
  const git = { ...place, over: await withoutFilters(place) }
  return { root, sections: await sectionsOf(git, asking, root) }
}

async function folderOf(real: string): Promise<string> {
  return (await stat(real)).isDirectory() ? real : dirname(real)
}

/**
 * Filters are programs that git would start: all are switched off. A person's own ones too, since a repository may say what they do
 * (`lfs.extension.<name>.clean` is a command of git-lfs).
 */
async function withoutFilters(place: GitPlace): Promise<Record<string, string>> {
  const listed = (await askGit(place, ['config', '--name-only', '-z', '--get-regexp', '^filter\\.'])) ?? ''
  if (Buffer.byteLength(listed) > limits.handoffGitFilters)
    throw failed('The repository configures too many filters; leave repository out.')
  const drivers = listed.split('\0').flatMap((key) => /^filter\.(.+)\.[^.]+$/s.exec(key)?.[1] ?? [])
  return Object.fromEntries(
    drivers.flatMap((driver) => [
      [`filter.${driver}.clean`, ''],
      [`filter.${driver}.process`, ''],
      [`filter.${driver}.required`, 'false'],
    ]),
  )
}

const comparing = [
  '--no-renames',
  '--ignore-submodules=dirty',
  '--submodule=short',
  '--no-ext-diff',
  '--no-textconv',
  '--no-color',
] as const
const prefixes = ['--src-prefix=a/', '--dst-prefix=b/', '--unified=3'] as const

async function sectionsOf(git: GitPlace, { policy, redaction }: Asking, root: string): Promise<Section[]> {
  const branch = (await askGit(git, ['symbolic-ref', '--short', '-q', 'HEAD']))?.trim() ?? null
  const commit = (await askGit(git, ['rev-parse', '--short', '-q', '--verify', 'HEAD']))?.trim() ?? null
  const namesIn = (text: string | null): string[] => {
    if (text === null) throw failed('git cannot compare the working tree with its last commit, as git status shows; leave repository out.')
    return text.split('\0').filter((name) => name !== '')
  }
  const changed = commit === null ? [] : namesIn(await askGit(git, ['diff', '--name-only', '-z', ...comparing, 'HEAD', '--']))
  const fresh = namesIn(await askGit(git, ['ls-files', '--others', '--exclude-standard', '-z']))
  const isOpen = await policy.judge()
  const [shown, untracked] = [changed, fresh].map((names) => names.filter((name) => isOpen(join(root, name))))
  const wanted = (shown ?? []).slice(0, limits.handoffDiffFiles)
  const text =
    wanted.length === 0
      ? ''
      : ((await askGit(git, ['diff', ...comparing, ...prefixes, 'HEAD', '--', ...wanted.map((name) => `:(top,literal)${name}`)])) ?? '')
  const diffs = diffsIn(redaction.text(text), Buffer.byteLength(text) >= limits.handoffGitOutput)
  const fitting = cut(diffs)
  const unseen = changed.length + fresh.length - (shown ?? []).length - (untracked ?? []).length
  const compared = new Set(diffs.map(({ heading }) => heading))
  const left = (shown ?? []).filter((name) => !compared.has(headingOf(name))).map((name) => `${name} (not compared)`)
  const lines = [
    `Branch: ${branch ?? 'none (detached)'}${commit === null ? ', no commit yet' : `, commit ${commit}`}`,
    ...listed('Changed since that commit', shown ?? []),
    ...listed('New and not added to git', untracked ?? []),
    ...listed('Changes left out for their size', [...fitting.left, ...left]),
    ...(unseen === 0 ? [] : [`${unseen === 1 ? '1 changed file is' : `${unseen} changed files are`} closed and left out.`]),
  ]
  const state = { heading: `Working tree of ${basename(root)}`, body: redaction.text(lines.join('\n')), priority: 2 }
  return [state, ...fitting.sections]
}

const headingOf = (name: string): string => `Diff of ${name}`

/** Returns a section for each file of git's output. If the output was cut, the last file is incomplete and is left out. */
function diffsIn(text: string, isCut: boolean): Section[] {
  const parts = text === '' ? [] : text.split(/^(?=diff --git )/m)
  return (isCut ? parts.slice(0, -1) : parts).map((part) => {
    // Both names are the same, since renames are not looked for: `a/name b/name`.
    const names = /^diff --git (.*)$/m.exec(part)?.[1] ?? ''
    return { heading: headingOf(names.slice((names.length + 1) / 2 + 2)), body: part.trimEnd(), priority: 4 }
  })
}

/** Takes as many diffs as the limit allows, smaller ones first, and names the others with their sizes. */
function cut(diffs: readonly Section[]): { readonly sections: readonly Section[]; readonly left: readonly string[] } {
  const bytesOf = ({ body }: Section): number => Buffer.byteLength(body)
  const { taken, left } = divide(diffs, limits.handoffDiff, bytesOf, (a, b) => a.body.length - b.body.length)
  return {
    sections: taken,
    left: left.map(({ heading, body }) => `${heading.slice(headingOf('').length)} (${tokensOf(body)} tokens)`),
  }
}

function listed(title: string, names: readonly string[]): string[] {
  if (names.length === 0) return []
  const shown = names.slice(0, limits.handoffNames)
  const more = names.length - shown.length
  return [`${title}: ${shown.join(', ')}${more > 0 ? ` and ${more} more` : ''}`]
}
