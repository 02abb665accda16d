import { type EnvironmentDefinition, environmentDefinitions, type Variables } from '../../catalog/environments/index.ts'
import { dirName, isWindows, joinPath, looksPosixPath, looksWindowsPath, onDrive, toHere } from '../../core/paths.ts'
import type { Environment } from '../../model/environment.ts'
import { type NativePath, native, reachable } from '../../model/path.ts'
import type { System } from '../../model/system.ts'
import { readText } from './kernel.ts'
import { passing } from './passing.ts'
import { variable } from './variables.ts'

const definitionOf = (environment: Environment): EnvironmentDefinition => environmentDefinitions[environment.kind]

async function isFile(system: System, environment: Environment, path: NativePath): Promise<boolean> {
  const here = toHere(environment, path)
  return here !== null && (await passing(system.files.look(here, 'follow')))?.kind === 'file'
}

/** The folders of a PATH, as their side spells them. */
export const pathFolders = (environment: Pick<Environment, 'kind'>, path: string): string[] =>
  path
    .split(isWindows(environment) ? ';' : ':')
    .flatMap((folder) => (folder.trim() === '' ? [] : [folder.trim().replace(/^"(.*)"$/, '$1')]))

/**
 * The real path of a program on the own side's PATH; null when there is none that belongs to this side. What a PATH in WSL
 * finds on a Windows drive is the other side's, and running it ends in errors (microsoft/WSL#1512).
 */
export async function realProgram(
  system: System,
  environment: Environment,
  name: string,
): Promise<{ found: NativePath; real: NativePath } | null> {
  for (const folder of pathFolders(environment, variable(system.variables, 'PATH') ?? '')) {
    const found = joinPath(environment, folder, name)
    const real = await passing(system.files.realPath(reachable(found)))
    if (real !== null && !onDrive(environment, real) && !/\.(exe|cmd)$/i.test(real)) return { found, real: native(real) }
  }
  return null
}

/** `npm-cli.js` of a side, by where it lies beside that side's node, without starting anything. */
export async function findNpm(system: System, environment: Environment, node: NativePath): Promise<NativePath | undefined> {
  for (const place of definitionOf(environment).npmPlaces(node, environment)) if (await isFile(system, environment, place)) return place
  if (!environment.self) return undefined
  // Set by the npm that started us, be it as npx: when nothing is beside node, that one certainly works here.
  const starter = system.variables.npm_execpath
  if (starter?.endsWith('npm-cli.js') && (await isFile(system, environment, native(starter)))) return native(starter)
  const onPath = await realProgram(system, environment, 'npm')
  return onPath?.real.endsWith('npm-cli.js') ? onPath.real : undefined
}

/** Returns the value of `key` in a npmrc, with `${NAME}` filled in as npm does. The last line counts. */
function npmrcValue(text: string, key: string, variables: Variables): string | undefined {
  const line = [...text.matchAll(/^[ \t]*([^;#=\s]+)[ \t]*=[ \t]*(.*?)[ \t\r]*$/gm)].findLast((found) => found[1] === key)
  const raw = line?.[2]?.replace(/^"(.*)"$/, '$1')
  return raw?.replace(/\$\{([^}]+)\}/g, (whole, name: string) => variable(variables, name) ?? whole)
}

/**
 * A side's `npm prefix -g` by npm's own order (variable, user's npmrc, global one, the one npm was delivered with, where
 * node is) without starting npm, which takes 300 ms. A npmrc of the working directory never counts.
 */
export async function npmPrefix(system: System, environment: Environment, variablesOfSide: Variables): Promise<NativePath | undefined> {
  if (environment.node === undefined) return undefined
  const variables: Variables = { APPDATA: environment.appData, USERPROFILE: environment.home, HOME: environment.home, ...variablesOfSide }
  const usual = native(variable(variablesOfSide, 'PREFIX') ?? (await usualPrefix(system, environment, environment.node)))
  const own = environment.npm && joinPath(environment, dirName(environment, dirName(environment, environment.npm)), 'npmrc')
  const user = native(variable(variablesOfSide, 'npm_config_userconfig') ?? joinPath(environment, environment.home, '.npmrc'))
  const named = variable(variablesOfSide, 'npm_config_prefix')
  if (named !== undefined) return native(named)
  const files = [user, joinPath(environment, usual, 'etc', 'npmrc'), own].flatMap((file) => (file && toHere(environment, file)) ?? [])
  for (const text of await Promise.all(files.map((here) => readText(system, here)))) {
    const value = npmrcValue(text, 'prefix', variables)
    const path = value?.replace(/^~(?=[\\/]|$)/, () => environment.home)
    if (path !== undefined && (isWindows(environment) ? looksWindowsPath(path) : looksPosixPath(path))) return joinPath(environment, path)
  }
  return usual
}

/** npm takes the node that PATH names, link or not: `/usr/local` for `/usr/local/bin/node` → `/opt/node/bin/node`. */
async function usualPrefix(system: System, environment: Environment, node: NativePath): Promise<NativePath> {
  const definition = definitionOf(environment)
  if (!environment.self || isWindows(environment)) return definition.defaultPrefix(node)
  const onPath = await realProgram(system, environment, 'node')
  // fnm's folders on PATH are gone with their shell (Schniz/fnm#1366).
  const lasting = onPath?.real === node && !/fnm_multishells/.test(onPath.found)
  return definition.defaultPrefix(lasting ? onPath.found : node)
}
