import { createHash } from 'node:crypto'
import type { Launch } from '../../model/entry.ts'
import type { Environment, World } from '../../model/environment.ts'
import type { ExtensionManifest, ExtensionOption, InstalledExtension } from '../../model/extension.ts'
import type { ServerSpec } from '../../model/manifest.ts'
import { type NativePath, native } from '../../model/path.ts'
import { isKey } from '../keys/judge.ts'
import { beforeTemplate, escapeTemplates } from '../keys/template.ts'
import { lookUp } from '../lookup.ts'
import { isWindows, joinPath, looksPosixPath, looksWindowsPath, translate } from '../paths.ts'
import { type Refused, refuse } from './request.ts'

const platforms = { windows: 'win32', macos: 'darwin', linux: 'linux', wsl: 'linux' } as const

/** What is started on a kind of side: the bundle's words with what it says for that system laid over them. */
function configOn({ server }: ExtensionManifest, { kind }: Pick<Environment, 'kind'>): Launch {
  const { platform_overrides: overrides = {}, ...base } = server.mcp_config
  const over = lookUp(overrides, platforms[kind])
  return {
    // As Claude Desktop's own library does it: an empty word counts as none.
    command: over?.command || base.command,
    args: over?.args ?? base.args ?? [],
    env: over?.env ?? base.env ?? {},
  }
}

const inside = /^\$\{__dirname\}(?:\$\{(?:\/|pathSeparator)\}|[\\/])(.+)$/

/** The path of a text below the extension's folder, by names; null: it is none. */
function namesInside(text: string): string[] | null {
  const found = inside.exec(text)?.[1]
  return found === undefined ? null : found.replace(/\$\{(?:\/|pathSeparator)\}/g, '/').split(/[\\/]+/)
}

const isNode = (command: string): boolean => /^node(?:\.exe)?$/i.test(command)

/** Whether it is JavaScript by its words, on its own side and in WSL: the command is node, and a file of the extension comes first. */
export const isScript = (manifest: ExtensionManifest, side: Pick<Environment, 'kind'>): boolean =>
  [side, { kind: 'wsl' as const }].every((each) => {
    const { command, args } = configOn(manifest, each)
    return manifest.server.type === 'node' && isNode(command) && namesInside(args[0] ?? '') !== null
  })

/** The files of the extension that are started, on its own side and wherever else it can be, as names below its folder. */
export const startedFiles = (manifest: ExtensionManifest, side: Pick<Environment, 'kind'>): string[][] =>
  [side, ...(isScript(manifest, side) ? [{ kind: 'wsl' as const }] : [])].flatMap((each) => {
    const { command, args } = configOn(manifest, each)
    const names = [command, ...args].map(namesInside).find((found) => found !== null)
    return names == null ? [] : [names]
  })

/**
 * SHA-256, in hex, of what a person agrees to: which version of which extension, its command, its arguments and variables before
 * values are filled in, and what fills them in where a person gave nothing. Values of a person in Claude Desktop follow without a question.
 */
export function extensionDigest(id: string, { version, server, user_config: options = {} }: ExtensionManifest): string {
  const defaults = Object.entries(options).flatMap(([name, option]) => (option.default === undefined ? [] : [[name, option.default]]))
  return createHash('sha256')
    .update(JSON.stringify(['extension', id, version, server.type, server.mcp_config, defaults]))
    .digest('hex')
}

/** What a person types to bring an extension, or to agree to it again. */
export function addCommand(id: string, flags = ''): string {
  const what = `extension:${id}`
  return `mcp-twin ${flags}add ${/^[\w.@+:-]+$/.test(what) ? what : `'${what}'`}`
}

/** The side where an extension runs that a program of `at` starts: JavaScript there, anything else on its own side. */
export const extensionSide = ({ isBound, environment }: InstalledExtension, at: Environment): Environment => (isBound ? environment : at)

const encrypted = '__encrypted__:'

const isOneKey = (
  name: string,
  { sensitive = false, type = 'string' }: Partial<ExtensionOption>,
  value: unknown,
  isAlone: boolean,
): boolean =>
  value !== '' &&
  (typeof value === 'string' || typeof value === 'number') &&
  (sensitive || isEncrypted(value) || ((isAlone || type === 'string') && isKey(name, String(value)) !== null))

/** Whether a value of a person is a key, or a list with one: Claude Desktop keeps it encrypted, or it is one by its name or shape. */
export const isKeyValue = (name: string, option: ExtensionOption | undefined, value: unknown): boolean =>
  Array.isArray(value) ? value.some((each) => isOneKey(name, option ?? {}, each, false)) : isOneKey(name, option ?? {}, value, true)

export const isEncrypted = (value: unknown): boolean => typeof value === 'string' && value.startsWith(encrypted)

const isEmpty = (value: unknown): boolean =>
  value === undefined || value === null || value === '' || (Array.isArray(value) && (value.length === 0 || value.some(isEmpty)))

/** A value as texts: none is not set. `isOurs`: our manifest has it, so that its templates count. */
interface Value {
  readonly texts: readonly string[]
  readonly isOurs: boolean
}

/** Required values that nobody gave, neither in Claude Desktop nor in our manifest. */
export const missingValues = ({ manifest, values }: InstalledExtension, settings: ServerSpec['settings'] = {}): string[] =>
  Object.entries(manifest?.user_config ?? {}).flatMap(([name, option]) =>
    option.required === true && isEmpty(lookUp(settings, name) ?? lookUp(values, name) ?? option.default) ? [name] : [],
  )

/** A server of an extension as an ordinary `command` on the side where it runs, or why it cannot be started. */
export function extensionServer(
  found: InstalledExtension,
  name: string,
  { settings = {}, extension: id = '', ...rest }: ServerSpec,
  runs: Environment,
  world: World,
): ServerSpec | Refused {
  const again = addCommand(id)
  const { manifest, environment } = found
  if (manifest === null)
    return refuse(`the extension ${id} cannot be used: ${found.trouble}`, `install it again in Claude Desktop, or: mcp-twin remove ${name}`)
  if (!found.agreed) return refuse(`what the extension ${id} starts was not agreed to; Claude Desktop may have updated it`, again)
  const [missing] = missingValues(found, settings)
  if (missing !== undefined)
    return refuse(`the extension ${id} needs the value "${missing}"`, `set it in Claude Desktop, then: mcp-twin sync`)
  const respelled = (path: string): string | null => translate(world, native(path), environment, runs)
  const folder = respelled(found.folder)
  if (folder === null) return refuse(`${found.folder} cannot be reached from ${runs.id}`, 'mcp-twin doctor')
  const values = new Map<string, Value>()
  for (const [key, option] of Object.entries(manifest.user_config ?? {})) {
    const own = lookUp(settings, key)
    const given = lookUp(found.values, key)
    if (own === undefined && isKeyValue(key, option, given))
      return refuse(`the value "${key}" of the extension ${id} is a key, and Claude Desktop has it, not the key store`, again)
    const value = own ?? (isEmpty(given) ? option.default : given)
    const texts = [value].flat().flatMap((each) => (isEmpty(each) || typeof each === 'object' ? [] : [String(each)]))
    const spelled = own !== undefined ? texts : texts.map((text) => spell(option, text, environment, respelled))
    const lost = texts[spelled.indexOf(null)]
    if (lost !== undefined) return refuse(`${lost} cannot be reached from ${runs.id}`, `choose another "${key}" in Claude Desktop`)
    values.set(key, { texts: spelled.flatMap((text) => text ?? []), isOurs: own !== undefined })
  }
  const { command, args, env } = configOn(manifest, runs)
  const around = {
    values,
    runs,
    folder: native(folder),
    folders: (text: string) => withFolders(text, environment, (path) => respelled(path) ?? path),
  }
  const fill = (text: string) => filled(text, around)
  return {
    ...rest,
    command: isNode(command) ? (runs.node ?? command) : (fill(command)[0] ?? ''),
    args: args.flatMap(fill),
    env: Object.fromEntries(Object.entries(env).flatMap(([key, text]) => (fill(text).length === 0 ? [] : [[key, fill(text).join(',')]]))),
  }
}

/** A value in the spelling of the side where it is used: files and folders are those of the extension's own side. */
function spell({ type }: ExtensionOption, text: string, side: Environment, respelled: (path: string) => string | null): string | null {
  const plain = withFolders(text, side)
  const isPath = isWindows(side) ? looksWindowsPath(plain) : looksPosixPath(plain)
  return isPath && (type === 'file' || type === 'directory') ? respelled(plain) : plain
}

const systemFolders: Readonly<Record<string, readonly string[]>> = {
  HOME: [],
  DESKTOP: ['Desktop'],
  DOCUMENTS: ['Documents'],
  DOWNLOADS: ['Downloads'],
}

/** `${DOCUMENTS}` and its like replaced by the folders of a side. */
const withFolders = (text: string, side: Environment, spelled: (path: NativePath) => string = (path) => path): string =>
  text.replace(/\$\{(HOME|DESKTOP|DOCUMENTS|DOWNLOADS)\}/g, (_whole, word: string) =>
    spelled(joinPath(side, side.home, ...(systemFolders[word] ?? []))),
  )

interface Around {
  readonly values: ReadonlyMap<string, Value>
  readonly runs: Environment
  readonly folder: NativePath
  folders(text: string): string
}

/**
 * An argument or variable of the bundle, filled in; nothing where a value in it is not set, several where it is just one value with
 * several parts. Texts of the bundle and of Claude Desktop never become templates of ours, not even put together.
 */
function filled(raw: string, { values, runs, folder, folders }: Around): string[] {
  const [, only] = /^\$\{user_config\.([^{}]+)\}$/.exec(raw) ?? []
  if (only !== undefined) {
    const { texts = [], isOurs } = values.get(only) ?? {}
    return isOurs === true ? [...texts] : texts.map(escapeTemplates)
  }
  const names = namesInside(raw)
  if (names !== null && !raw.includes('${user_config.')) return [escapeTemplates(joinPath(runs, folder, ...names))]
  const separator = isWindows(runs) ? '\\' : '/'
  const parts: { text: string; isOurs: boolean }[] = []
  for (const [at, part] of raw.split(/\$\{user_config\.([^{}]+)\}/).entries()) {
    const value = at % 2 === 0 ? { texts: [placed(part, folder, separator, folders)], isOurs: false } : values.get(part)
    if (value === undefined || value.texts.length === 0) return []
    const [last, text] = [parts.at(-1), value.texts.join(',')]
    if (last !== undefined && !value.isOurs && !last.isOurs) last.text += text
    else parts.push({ text, isOurs: value.isOurs })
  }
  return [parts.map(({ text, isOurs }) => (isOurs ? text : escapeTemplates(text))).reduce(sideBySide)]
}

const placed = (text: string, folder: string, separator: string, folders: Around['folders']): string =>
  folders(text)
    .replaceAll('${__dirname}', () => folder)
    .replace(/\$\{(?:\/|pathSeparator)\}/g, () => separator)

/** Two texts put together so that no template of ours begins in the one and ends in the other. */
const sideBySide = (one: string, other: string): string => `${/^[${]/.test(other) ? beforeTemplate(one) : one}${other}`
