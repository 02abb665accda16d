import { extensionDigest, isScript, startedFiles } from '../../core/launch/extension.ts'
import { lookUp } from '../../core/lookup.ts'
import { isExtensionId } from '../../core/manifest/rules.ts'
import { joinPath, toHere } from '../../core/paths.ts'
import type { ClientDefinition } from '../../model/client.ts'
import type { Environment } from '../../model/environment.ts'
import {
  type Extensions,
  type ExtensionManifest,
  extensionManifestSchema,
  extensionSettingsSchema,
  installationsSchema,
  type InstalledExtension,
} from '../../model/extension.ts'
import type { SideFiles } from '../../model/located.ts'
import type { NativePath, ReachablePath } from '../../model/path.ts'
import type { System } from '../../model/system.ts'
import { sideFiles } from '../machine/side-files.ts'
import { extensionPlaces, type LookContext } from './places.ts'

interface LookOptions {
  /** Only these; absent: all. */
  readonly wanted?: ReadonlySet<string> | undefined
  readonly desktopConfig?: string | undefined
  /** Does not look for machine code in them: where nothing is started. */
  readonly isShallow?: boolean
}

/**
 * The extensions in the folders that Claude Desktop reads, on any of these sides. Nothing is written there: it rewrites its files
 * when it quits.
 */
export async function observeExtensions(
  system: System,
  context: LookContext,
  { wanted, desktopConfig, isShallow = false }: LookOptions = {},
): Promise<Extensions> {
  const found = new Map<string, InstalledExtension>()
  let trouble: Extensions['trouble'] = null
  let isSeen = false
  const agreed = new Set(context.state.agreed)
  for (const { environment, base, names, trouble: why } of await extensionPlaces(system, context, desktopConfig)) {
    trouble ??= why
    if (why !== null) continue
    isSeen ||= (await sideFiles(system, environment).look(base, 'follow')) !== null
    for (const each of await look(system, environment, base, names, { wanted, isShallow }))
      if (!found.has(each.id))
        found.set(each.id, { ...each, agreed: each.manifest !== null && agreed.has(extensionDigest(each.id, each.manifest)) })
  }
  // A drive that is not mounted is no reason to take its extensions for uninstalled.
  return { found, trouble: trouble ?? (isSeen ? null : unseen) }
}

const unseen = {
  reason: "Claude Desktop's folder is not there, so its extensions cannot be read",
  hint: 'start Claude Desktop once, or, where you no longer use it: mcp-twin remove NAME',
}

/** The files by which a change of these extensions shows, as far as they are reached from here. */
export async function filesOfExtensions(
  system: System,
  context: LookContext,
  ids: ReadonlySet<string>,
  desktopConfig: string | undefined,
): Promise<{ readonly here: ReachablePath; readonly isLocal: boolean }[]> {
  return (await extensionPlaces(system, context, desktopConfig)).flatMap(({ environment, base, names }) =>
    [...ids].filter(isExtensionId).flatMap((id) =>
      [
        [names.folder, id, 'manifest.json'],
        [names.settings, `${id}.json`],
      ].flatMap((path) => {
        const here = toHere(environment, joinPath(environment, base, ...path))
        return here === null ? [] : [{ here, isLocal: environment.self }]
      }),
    ),
  )
}

type Unagreed = Omit<InstalledExtension, 'agreed'>

async function look(
  system: System,
  environment: Environment,
  base: NativePath,
  names: NonNullable<ClientDefinition['extensions']>,
  { wanted, isShallow }: LookOptions,
): Promise<Unagreed[]> {
  const files = sideFiles(system, environment)
  const at = (...parts: string[]): NativePath => joinPath(environment, base, ...parts)
  const ids = (await files.list(at(names.folder))).filter((id) => wanted?.has(id) !== false && !id.startsWith('.'))
  if (ids.length === 0) return []
  const installed = installationsSchema.safeParse(await readJson(files, at(names.installations)))
  return Promise.all(
    ids.map(async (id): Promise<Unagreed> => {
      const folder = at(names.folder, id)
      const settings = isExtensionId(id) ? extensionSettingsSchema.safeParse(await readJson(files, at(names.settings, `${id}.json`))) : null
      const { isEnabled = false, userConfig = {}, orgBlockedReason = null } = settings?.success === true ? settings.data : {}
      const { source = null, signatureInfo } = (installed.success ? lookUp(installed.data.extensions, id) : undefined) ?? {}
      const read = isExtensionId(id) ? await readManifest(files, environment, folder, at(names.folder)) : 'its folder has no plain name'
      const manifest = typeof read === 'string' ? null : read
      return {
        ...{ id, environment, folder, manifest, source },
        trouble: typeof read === 'string' ? read : null,
        values: userConfig,
        enabled: isEnabled,
        blocked: orgBlockedReason === '' ? null : orgBlockedReason,
        signature: signatureInfo?.status ?? null,
        isBound:
          manifest === null ||
          !isScript(manifest, environment) ||
          (isShallow !== true &&
            (await remembered(system, `${folder} ${manifest.version}`, () => holdsMachineCode(files, environment, folder)))),
      }
    }),
  )
}

/** Larger ones are no manifest. */
const BYTES_MAX = 1024 * 1024

/** The value of a JSON file; undefined where there is none that can be read. */
async function readJson(files: SideFiles, path: NativePath): Promise<unknown> {
  const facts = await files.look(path, 'follow')
  if (facts?.kind !== 'file' || facts.size > BYTES_MAX) return undefined
  try {
    return JSON.parse(new TextDecoder().decode((await files.read(path)) ?? undefined))
  } catch (error) {
    if (error instanceof SyntaxError) return undefined
    throw error
  }
}

/** The manifest of an extension all of whose started files lie in its own folder, or why it cannot be used. */
async function readManifest(
  files: SideFiles,
  environment: Environment,
  folder: NativePath,
  above: NativePath,
): Promise<ExtensionManifest | string> {
  const path = joinPath(environment, folder, 'manifest.json')
  const real = await files.realPath(folder)
  if (below(real, await files.realPath(above)) !== folder.slice(above.length + 1)) return 'its folder leads elsewhere by a link'
  const facts = await files.look(path)
  if (facts?.kind !== 'file') return facts === null ? 'it has no manifest.json' : 'its manifest.json is no regular file'
  if (facts.size > BYTES_MAX) return 'its manifest.json is larger than 1 MiB'
  const parsed = extensionManifestSchema.safeParse(await readJson(files, path))
  if (!parsed.success) return 'its manifest.json cannot be read'
  for (const names of startedFiles(parsed.data, environment)) {
    const shown = names.join('/')
    const file = await files.realPath(joinPath(environment, folder, ...names))
    if (file === null) return `it starts ${shown}, which is not there`
    if (below(file, real) === null) return `${shown}, which it starts, lies outside its folder`
  }
  return parsed.data
}

/** What follows a folder in a path below it, both real ones as this side spells them; null: the path is not below. */
const below = (path: string | null, folder: string | null): string | null =>
  path !== null && folder !== null && path.startsWith(folder) && /^[\\/]/.test(path.slice(folder.length))
    ? path.slice(folder.length + 1)
    : null

const answers = new WeakMap<System, Map<string, Promise<boolean>>>()

/** One answer for each version of an extension: a run looks several times, and each look costs hundreds of calls across the border. */
function remembered(system: System, name: string, ask: () => Promise<boolean>): Promise<boolean> {
  const known = answers.get(system) ?? new Map<string, Promise<boolean>>()
  answers.set(system, known)
  const answer = known.get(name) ?? ask()
  known.set(name, answer)
  return answer
}

/** More folders than these are not looked into: what has so many is started on its own side. */
const FOLDERS_MAX = 4000

/** Whether any file below is a module of machine code (`*.node`), which serves one system only. Links are not followed. */
async function holdsMachineCode(files: SideFiles, environment: Environment, folder: NativePath): Promise<boolean> {
  const left = [folder]
  for (let seen = 0; left.length > 0; seen++) {
    const at = left.pop()
    if (at === undefined || seen > FOLDERS_MAX) return true
    const isOfPackages = /[\\/]node_modules(?:[\\/]@[^\\/]+)?$/.test(at)
    for (const name of await files.list(at)) {
      if (/\.node$/i.test(name)) return true
      // Such a name is hardly ever a folder but for a package's, and asking costs a call across the border.
      if (!isOfPackages && /\.(?:[cm]?[jt]s|json|md|map|txt|d\.ts|css|html|png|svg|ya?ml)$/i.test(name)) continue
      const path = joinPath(environment, at, name)
      if ((await files.look(path))?.kind === 'directory') left.push(path)
    }
  }
  return false
}
