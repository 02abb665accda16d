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
 * Runs a git query. Programs (fsmonitor) and servers (promisor) that a repository configures are not used, nor variables that
 * name another repository.
 */
function git(system: System, folder: string, words: readonly string[], input = ''): Promise<Answer> {
  const argv = ['git', '-C', folder, '-c', 'core.fsmonitor=false', '-c', 'protocol.allow=never', ...words]
  // A repository's own `protocol.<name>.allow` wins over `protocol.allow`, but not over GIT_ALLOW_PROTOCOL.
  const none = { GIT_NO_LAZY_FETCH: '1', GIT_ALLOW_PROTOCOL: 'none' }
  const env = { GIT_DIR: undefined, GIT_WORK_TREE: undefined, GIT_INDEX_FILE: undefined, ...none, LC_ALL: 'C' }
  return system.ask({ argv, env, input, timeoutMs: GIT_MS, maxBytes: BYTES_MAX })
}

const words = (bytes: Uint8Array): string => Buffer.from(bytes).toString('utf8')

/** Returns why git failed, in one line. */
const trouble = ({ trouble, timedOut, stderr }: Answer): string =>
  trouble === 'ENOENT'
    ? 'git is not installed'
    : timedOut
      ? 'git did not answer in time'
      : (/^(?:fatal|error): (.*)$/m.exec(words(stderr))?.[1] ?? 'git did not answer').slice(0, 200)

/** Returns the root of a folder's work tree, or why git does not report one. */
export async function rootOf(system: System, folder: string): Promise<{ readonly root: string } | { readonly trouble: string }> {
  const answer = await git(system, folder, ['rev-parse', '--show-toplevel'])
  const root = words(answer.stdout).trimEnd()
  return answer.code === 0 && root !== '' ? { root } : { trouble: trouble(answer) }
}

/** Returns the files of the index without links and submodules. */
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

/** Returns git's object name of this content; `like`: any object name of the repository, to choose the hash. */
export function blobOf(bytes: Uint8Array, like: string): string {
  const digest = createHash(like.length === 64 ? 'sha256' : 'sha1')
  return digest.update(`blob ${bytes.length}\0`).update(bytes).digest('hex')
}

/** Returns the staged content of blobs, unconverted, so that no filter of the repository runs. */
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
