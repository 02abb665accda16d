import { dirname, join } from 'node:path'
import { clients } from '../../catalog/clients/index.ts'
import type { ClientFile, TrackedFile } from '../../core/doctor/facts.ts'
import { formatOf, loadFormats } from '../../core/formats/index.ts'
import { isKey } from '../../core/keys/judge.ts'
import type { ClientDefinition } from '../../model/client.ts'
import { type ReachablePath, reachable } from '../../model/path.ts'
import type { System } from '../../model/system.ts'
import { escapeFrom } from '../store/inside.ts'
import { member, namesIn } from './place.ts'

/** Of a repository, only what configs are written in is looked at, and never more than this. */
const CONFIG = /(?:\.(?:jsonc?|json5|env|toml|ya?ml|ini|cfg|conf|md|sh|ps1|txt)|(?:^|\/)\.env[^/]*|rc)$/i
const FILES_MAX = 400
const BYTES_MAX = 512 * 1024
const GIT_MS = 1500

/** The client whose project file it is, in whichever folder; other people's entries are in those too. */
const clientOf = (name: string): ClientDefinition | undefined =>
  clients.find(({ projectFile }) => projectFile !== undefined && (name === projectFile || name.endsWith(`/${projectFile}`)))

async function git(system: System, folder: string, words: readonly string[]): Promise<string | null> {
  // A repository may name a program to be asked for changes; nothing of it is to be run.
  const argv = ['git', '-C', folder, '-c', 'core.fsmonitor=false', ...words]
  const { code, stdout } = await system.ask({ argv, timeoutMs: GIT_MS, maxBytes: 16 * 1024 * 1024 })
  return code === 0 ? Buffer.from(stdout).toString('utf8') : null
}

/** Values of a project's client file that look like keys; stored ones or not, they do not belong there. */
async function literals(client: ClientDefinition, bytes: Uint8Array): Promise<{ server: string; name: string }[]> {
  await loadFormats([client])
  const format = formatOf(client)
  // A key is no less public where the program cannot read the file.
  const read = (format.lenient ?? format).read(bytes, client.container)
  if (!read.ok) return []
  return read.document.entries().flatMap(({ name: server, value }) =>
    ['env', 'headers'].flatMap((part) => {
      const values = member(value, part)
      return namesIn(values).flatMap((name) => {
        const text = member(values, name)
        return typeof text === 'string' && isKey(name, text) !== null ? [{ server, name }] : []
      })
    }),
  )
}

async function inRepository(system: System, root: string, holdsKey: (text: string) => boolean): Promise<TrackedFile[]> {
  const listed = (await git(system, root, ['ls-files', '-z']))?.split('\0').filter((name) => CONFIG.test(name)) ?? []
  // The files that matter most come first, should there be too many.
  const ordered = [...listed.filter((name) => clientOf(name)), ...listed.filter((name) => !clientOf(name))]
  const looks = ordered.slice(0, FILES_MAX).map(async (name): Promise<TrackedFile[]> => {
    const path = reachable(join(root, name))
    // Of a link, git keeps where it leads, and nothing of what stands there.
    if ((await escapeFrom(system, reachable(root), path)) !== null) return []
    const facts = await system.files.look(path, 'follow')
    if (facts === null || facts.kind !== 'file' || facts.size > BYTES_MAX) return []
    const bytes = (await system.files.read(path)) ?? new Uint8Array()
    if (holdsKey(Buffer.from(bytes).toString('utf8'))) return [{ shown: path, folder: root, why: { stored: true } }]
    const client = clientOf(name)
    return client ? (await literals(client, bytes)).map((each) => ({ shown: path, folder: root, why: { stored: false, ...each } })) : []
  })
  return (await Promise.all(looks)).flat()
}

/** Folders that may lie in a repository: the working one, the manifest's, and where links lead that stand for client files. */
async function folders(system: System, manifest: ReachablePath, files: readonly ClientFile[]): Promise<Set<string>> {
  const found = new Set<string>([...(system.cwdIsGone === true ? [] : [system.cwd]), dirname(manifest)])
  for (const { here, environment } of files) {
    const real = here === null || !environment.self ? null : await system.files.realPath(here)
    if (real !== null && real !== here) found.add(dirname(real))
  }
  return found
}

/** Is there a repository here or above? Saves starting git where there is none. */
async function isTracked(system: System, folder: string): Promise<boolean> {
  for (let each = folder; ; each = dirname(each)) {
    if ((await system.files.look(reachable(join(each, '.git')))) !== null) return true
    if (each === dirname(each)) return false
  }
}

/** Files under version control in which a key stands. `holdsKey` says whether a text holds a stored one. */
export async function observeTracked(
  system: System,
  manifest: ReachablePath,
  files: readonly ClientFile[],
  holdsKey: (text: string) => boolean,
): Promise<TrackedFile[]> {
  const roots = new Set<string>()
  for (const folder of await folders(system, manifest, files)) {
    const root = (await isTracked(system, folder)) ? (await git(system, folder, ['rev-parse', '--show-toplevel']))?.trim() : undefined
    if (root !== undefined && root !== '') roots.add(root)
  }
  return (await Promise.all([...roots].map((root) => inRepository(system, root, holdsKey)))).flat()
}
