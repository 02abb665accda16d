import { execFileSync } from 'node:child_process'
import { mkdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import type { Desk } from '../../support/desk.ts'

/** Runs git in a folder, with no settings but the repository's own. */
export const git = (folder: string, ...words: string[]): string =>
  execFileSync('git', ['-C', folder, '-c', 'user.name=t', '-c', 'user.email=t@t', ...words], {
    env: { PATH: process.env.PATH, HOME: folder, GIT_CONFIG_NOSYSTEM: '1' },
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'ignore'],
    maxBuffer: 64 * 1024 * 1024,
  }).trim()

export function put(folder: string, files: Readonly<Record<string, string | Uint8Array>>): void {
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true })
    writeFileSync(join(folder, name), text)
  }
}

/** A repository with one commit of these files. */
export function repository(folder: string, files: Readonly<Record<string, string | Uint8Array>>): string {
  put(folder, files)
  git(folder, 'init', '-q', '-b', 'feature/login')
  git(folder, 'add', '-A')
  git(folder, 'commit', '-qm', 'first')
  return folder
}

interface Handed {
  /** Why it was refused; null: it was not. */
  readonly refused: string | null
  readonly sections: readonly { readonly heading: string; readonly body: string }[]
  readonly files: readonly { readonly path: string }[]
  /** The first section's lines by what stands before their colons. */
  readonly facts: Readonly<Record<string, string>>
  /** The bodies of the diffs by the files that they are about. */
  readonly diffs: Readonly<Record<string, string>>
}

/** Hands work over with a repository and reads it again, in pieces, whatever an answer may be long. */
export async function handed(place: Desk, path: string): Promise<Handed> {
  const goal = { title: 'Login', goal: 'g', sections: [{ heading: 'h', body: 'b' }] }
  const { content, isError, structuredContent } = await place.call('handoff_create', { ...goal, repository: path })
  if (isError === true) return { refused: JSON.stringify(content), sections: [], files: [], facts: {}, diffs: {} }
  const { structuredContent: read } = await place.call('handoff_read', { id: structuredContent?.id, max_tokens: 400_000 })
  const { sections, files } = read as unknown as Pick<Handed, 'sections' | 'files'>
  const own = sections.filter(({ heading }) => heading !== 'h')
  const lines = (own[0]?.body ?? '').split('\n').map((line) => [line.slice(0, line.indexOf(': ')), line.slice(line.indexOf(': ') + 2)])
  const diffs = own.slice(1).map(({ heading, body }) => [heading.replace(/^Diff of /, ''), body])
  return { refused: null, sections: own, files, facts: Object.fromEntries(lines), diffs: Object.fromEntries(diffs) }
}
