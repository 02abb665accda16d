import { createHash } from 'node:crypto'
import type { Answer, System } from '../../model/system.ts'

const GIT_MS = 5000
const BYTES_MAX = 64 * 1024 * 1024

/** A file of the index: its name below the root, with `/`, and what is staged of it. */
export interface Staged {
  readonly name: string
  readonly blob: string
}

/**
 * Asks git something. A repository may name programs that look for changes, and servers to fetch from what it lacks: none
 * of them is asked, and variables that name another repository do not count.
 */
function git(system: System, folder: string, words: readonly string[], input = ''): Promise<Answer> {
  const argv = ['git', '-C', folder, '-c', 'core.fsmonitor=false', '-c', 'protocol.allow=never', ...words]
  const env = { GIT_DIR: undefined, GIT_WORK_TREE: undefined, GIT_INDEX_FILE: undefined, GIT_NO_LAZY_FETCH: '1', LC_ALL: 'C' }
  return system.ask({ argv, env, input, timeoutMs: GIT_MS, maxBytes: BYTES_MAX })
}

const words = (bytes: Uint8Array): string => Buffer.from(bytes).toString('utf8')

/** Why git did not answer, in one line. */
const trouble = ({ trouble, timedOut, stderr }: Answer): string =>
  trouble === 'ENOENT'
    ? 'git is not installed'
    : timedOut
      ? 'git did not answer in time'
      : (/^(?:fatal|error): (.*)$/m.exec(words(stderr))?.[1] ?? 'git did not answer').slice(0, 200)

/** The root of the work tree that a folder lies in, or why git does not tell it. */
export async function rootOf(system: System, folder: string): Promise<{ readonly root: string } | { readonly trouble: string }> {
  const answer = await git(system, folder, ['rev-parse', '--show-toplevel'])
  const root = words(answer.stdout).trimEnd()
  return answer.code === 0 && root !== '' ? { root } : { trouble: trouble(answer) }
}

/** The files of the index; links and other repositories in it are left out, which hold nothing of their own. */
export async function stagedFiles(system: System, root: string): Promise<readonly Staged[] | { readonly trouble: string }> {
  const answer = await git(system, root, ['ls-files', '--stage', '-z'])
  if (answer.code !== 0) return { trouble: trouble(answer) }
  return words(answer.stdout)
    .split('\0')
    .flatMap((line) => {
      const [, blob, name] = /^100\d{3} ([0-9a-f]+) \d\t([\s\S]+)$/.exec(line) ?? []
      return blob === undefined || name === undefined ? [] : [{ name, blob }]
    })
}

/** What git would call this content; `like`: a name of the repository, which may use either digest. */
export function blobOf(bytes: Uint8Array, like: string): string {
  const digest = createHash(like.length === 64 ? 'sha256' : 'sha1')
  return digest.update(`blob ${bytes.length}\0`).update(bytes).digest('hex')
}

/** The content of blobs, as it was staged: nothing is converted, so that no program of the repository's runs. */
export async function contentOf(system: System, root: string, blobs: readonly string[]): Promise<Map<string, Uint8Array>> {
  const found = new Map<string, Uint8Array>()
  if (blobs.length === 0) return found
  const { stdout } = await git(system, root, ['cat-file', '--batch'], `${[...new Set(blobs)].join('\n')}\n`)
  const bytes = Buffer.from(stdout)
  for (let at = 0; at < bytes.length; ) {
    const end = bytes.indexOf(10, at)
    if (end < 0) break
    const [, blob, size] = /^([0-9a-f]+) blob (\d+)$/.exec(bytes.toString('latin1', at, end)) ?? []
    at = end + 1
    if (blob === undefined || size === undefined) continue
    found.set(blob, bytes.subarray(at, at + Number(size)))
    at += Number(size) + 1
  }
  return found
}
