import { joinPath, toHere } from '../../core/paths.ts'
import type { Environment } from '../../model/environment.ts'
import type { Manifest, ServerSpec } from '../../model/manifest.ts'
import type { NativePath } from '../../model/path.ts'
import type { System } from '../../model/system.ts'
import { isTrouble } from './trouble.ts'

/** Programs that start what files of the folder say, without naming them on the command line. */
const RUNNERS: Readonly<Record<string, readonly string[]>> = {
  ...Object.fromEntries(
    ['npm', 'npx', 'pnpm', 'yarn', 'bun', 'bunx', 'tsx'].map((name) => [name, ['package.json', '.npmrc', 'node_modules']]),
  ),
  ...{ make: ['Makefile', 'makefile'], just: ['justfile'], cargo: ['Cargo.toml'], go: ['go.mod'], deno: ['deno.json'] },
  ...Object.fromEntries(['uv', 'uvx', 'poetry', 'pdm', 'hatch'].map((name) => [name, ['pyproject.toml']])),
  ...Object.fromEntries(['docker', 'podman'].map((name) => [name, ['Dockerfile', 'docker-compose.yml', 'compose.yaml', 'compose.yml']])),
}
/** Endings that an interpreter finds by itself: `node server` starts server.js. */
const ENDINGS = ['', '.js', '.mjs', '.cjs', '.ts', '.py']
/** A server that names more than this is looked at no further. */
const WORDS_MAX = 200
const FILES_MAX = 50

/**
 * Files and folders of the project that a server's command line and variables name, as spelled in the project. What a
 * file starts in its turn cannot be known.
 */
export async function projectFiles(system: System, side: Environment, folder: NativePath, server: ServerSpec): Promise<string[]> {
  const found: string[] = []
  for (const word of wordsOf(server)) {
    const inside = below(folder, word)
    if (inside === null) continue
    for (const ending of ENDINGS) {
      const name = inside === '' ? '.' : `${inside}${ending}`
      if (found.length < FILES_MAX && !found.includes(name) && (await isThere(system, side, folder, name))) found.push(name)
    }
  }
  return found
}

/** The same for every server of a manifest. */
export async function projectFilesOf(
  system: System,
  side: Environment,
  folder: NativePath,
  { servers }: Pick<Manifest, 'servers'>,
): Promise<Map<string, string[]>> {
  const found = new Map<string, string[]>()
  for (const [name, server] of Object.entries(servers)) found.set(name, await projectFiles(system, side, folder, server))
  return found
}

function wordsOf({ command = '', args = [], env = {} }: ServerSpec): string[] {
  const texts = [command, ...args, ...Object.values(env)].map((text) => text.replace(/\$\{path:([^{}]*)\}/g, '$1'))
  const words = texts.flatMap((text) => [text, ...text.split(/[\s'"`=:;,&|<>()[\]{}]+/)])
  const names = words.map((word) => word.slice(Math.max(word.lastIndexOf('/'), word.lastIndexOf('\\')) + 1).replace(/\.(?:cmd|exe)$/i, ''))
  const run = names.flatMap((name) => (Object.hasOwn(RUNNERS, name) ? (RUNNERS[name] ?? []) : []))
  return [...new Set([...words, ...run])].filter((word) => word !== '').slice(0, WORDS_MAX)
}

/** A word as a path in the project with forward slashes; null where it names nothing in there. */
function below(folder: NativePath, word: string): string | null {
  const [path, root] = [word, folder].map((each) => each.replaceAll('\\', '/'))
  if (path === undefined || root === undefined || path.includes('\0')) return null
  const isAbsolute = /^(?:\/|~|[A-Za-z]:)/.test(path)
  if (isAbsolute && path !== root && !path.startsWith(`${root.replace(/\/$/, '')}/`)) return null
  const parts: string[] = []
  for (const part of (isAbsolute ? path.slice(root.length) : path).split('/')) {
    if (part === '' || part === '.') continue
    if (part !== '..') parts.push(part)
    else if (parts.pop() === undefined) return null
  }
  return parts.join('/')
}

async function isThere(system: System, side: Environment, folder: NativePath, name: string): Promise<boolean> {
  const here = toHere(side, joinPath(side, folder, ...name.split('/')))
  try {
    return here !== null && (await system.files.look(here)) !== null
  } catch (error) {
    if (isTrouble(error)) return false
    throw error
  }
}
