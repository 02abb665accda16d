import { join } from 'node:path'
import { toHere } from '../../core/paths.ts'
import type { Environment, World } from '../../model/environment.ts'
import { native, type ReachablePath, reachable } from '../../model/path.ts'
import { reveal, type Secret } from '../../model/secret.ts'
import type { State } from '../../model/state.ts'
import type { System } from '../../model/system.ts'
import { ownFolder } from '../machine/own-folder.ts'

/** A file that still holds a value, as its side spells it. */
export interface Copy {
  readonly environment: string
  readonly file: string
}

/** Where copies are, and the sides that could not be searched. */
export interface Searched {
  readonly copies: readonly Copy[]
  readonly unsearched: readonly string[]
}

const BYTES_MAX = 64 * 1024 * 1024
const DEPTH_MAX = 8
/** In our folder: programs and packages, which are the same for everybody, and locks. */
const NOT_SEARCHED = new Set(['app', 'npm', 'bin', 'locks'])

/** The spellings of a value in a file: as it is, as JSON writes it, and as JSON in pure ASCII, with `/` escaped or not. */
function spellings(value: string): Buffer[] {
  const json = JSON.stringify(value).slice(1, -1)
  const ascii = (text: string, digits: (code: string) => string) =>
    text.replace(/[\u007f-\uffff]/g, (letter) => `\\u${digits(letter.charCodeAt(0).toString(16).padStart(4, '0'))}`)
  const all = [value, json, ascii(json, (code) => code), ascii(json, (code) => code.toUpperCase())].flatMap((text) => [
    text,
    text.replaceAll('/', '\\/'),
  ])
  return [...new Set(all)].map((text) => Buffer.from(text, 'utf8'))
}

/**
 * Searches every place that a key may have been written to: the client files of all sides that we ever wrote, our own
 * folder on each side with its backups, and the backups that Claude Code makes of its own file (`~/.claude/backups`).
 */
export async function findCopies(system: System, world: World, state: State, value: Secret<string>): Promise<Searched> {
  const wanted = spellings(reveal(value))
  const found: Copy[] = []
  const unsearched = Object.entries(state.files).flatMap(([id, files]) =>
    Object.keys(files ?? {}).length === 0 || world.environments.some((environment) => environment.id === id) ? [] : [id],
  )
  const search = async (environment: Environment, file: string): Promise<void> => {
    const here = toHere(environment, native(file))
    if (here !== null && (await holds(system, here, wanted))) found.push({ environment: environment.id, file })
  }
  for (const environment of world.environments) {
    const known = Object.values(state.files[environment.id] ?? {}).flatMap((files) => Object.keys(files))
    const separator = environment.kind === 'windows' ? '\\' : '/'
    const folder = ownFolder(system, environment)
    if (toHere(environment, native(folder)) === null) {
      unsearched.push(environment.id)
      continue
    }
    const folders = [folder, `${environment.claudeConfigDir ?? `${environment.home}${separator}.claude`}${separator}backups`]
    const listed: string[] = []
    for (const each of folders) listed.push(...(await filesBelow(system, environment, each, separator, each === folder)))
    for (const file of new Set([...known, ...listed])) await search(environment, file)
  }
  return { copies: found, unsearched }
}

async function filesBelow(
  system: System,
  environment: Environment,
  folder: string,
  separator: string,
  ours: boolean,
  depth = 0,
): Promise<string[]> {
  const here = toHere(environment, native(folder))
  if (here === null || depth > DEPTH_MAX) return []
  const found: string[] = []
  for (const name of await system.files.list(here)) {
    if (ours && depth === 0 && NOT_SEARCHED.has(name)) continue
    const facts = await system.files.look(reachable(join(here, name)))
    const path = `${folder}${separator}${name}`
    if (facts?.kind === 'file') found.push(path)
    else if (facts?.kind === 'directory') found.push(...(await filesBelow(system, environment, path, separator, ours, depth + 1)))
  }
  return found
}

async function holds(system: System, here: ReachablePath, wanted: readonly Buffer[]): Promise<boolean> {
  const facts = await system.files.look(here, 'follow')
  if (facts === null || facts.kind !== 'file' || facts.size > BYTES_MAX) return false
  const bytes = Buffer.from((await system.files.read(here)) ?? [])
  return wanted.some((each) => bytes.includes(each))
}
