import { environmentKinds } from '../../model/environment.ts'
import { type Manifest, type Override, type ServerSpec, serverKinds } from '../../model/manifest.ts'
import { nearest } from '../nearest.ts'
import { isProgramName } from '../packages/lock-rules.ts'
import { parsePython } from '../packages/python.ts'
import { parseWords, shown } from '../packages/words.ts'
import { keysOf, storeUrlOf } from './names.ts'

/** A breach of a rule that the shape alone cannot say, with the path of the value that breaks it. */
export interface Breach {
  readonly path: readonly string[]
  readonly message: string
}

const KINDS = [...serverKinds, 'extension'] as const

/** What a server of the manifest is. */
export const serverKind = (server: ServerSpec): (typeof KINDS)[number] => KINDS.find((kind) => server[kind] !== undefined) ?? 'command'

/** Only packages of the registry are ever installed: no path, address, repository, alias or flag. */
function packageBreach(name: string, path: readonly string[], part: ServerSpec | Override): Breach[] {
  const read = {
    package: part.package === undefined ? {} : parseWords(part.package),
    pypi: part.pypi === undefined ? {} : parsePython(part.pypi),
  }
  return (['package', 'pypi'] as const).flatMap((key) => {
    const said = read[key]
    return 'refuse' in said ? [{ path: [...path, key], message: `the package of "${name}": ${said.refuse}` }] : []
  })
}

function serverBreaches(name: string, server: ServerSpec): Breach[] {
  const path = ['servers', name]
  const found: Breach[] = []
  const kinds = KINDS.filter((kind) => server[kind] !== undefined)
  if (kinds.length === 0 && server.on === undefined)
    found.push({ path, message: `server "${name}" has neither "package", "pypi", "command", "url" nor "extension"` })
  if (kinds.length > 1)
    found.push({ path: [...path, kinds[1] ?? ''], message: `server "${name}" says both ${kinds.join(' and ')}; use only one` })
  for (const key of ['headers', 'transport', 'auth', 'oauth'] as const) {
    if (server[key] !== undefined && kinds[0] !== 'url')
      found.push({ path: [...path, key], message: `"${key}" applies only to url servers, and "${name}" is none` })
  }
  for (const key of ['bin', 'allowScripts'] as const) {
    if (server[key] !== undefined && kinds[0] !== 'package' && kinds[0] !== 'pypi')
      found.push({ path: [...path, key], message: `"${key}" applies only to package servers, and "${name}" is none` })
  }
  if (server.launch === 'npx' && kinds[0] === 'pypi')
    found.push({ path: [...path, 'launch'], message: `"launch": "npx" applies only to npm packages, and "${name}" is none` })
  found.push(...extensionBreaches(name, server))
  for (const part of [server, ...Object.values(server.on ?? {})])
    if (part.bin !== undefined && !isProgramName(part.bin))
      found.push({ path: [...path, 'bin'], message: `"bin" of "${name}" is not a program name: "${shown(part.bin)}"` })
  if (server.oauth?.clientSecret !== undefined && !/^\$\{secret:[^}]+\}$/.test(server.oauth.clientSecret))
    found.push({
      path: [...path, 'oauth', 'clientSecret'],
      message: `the client secret of "${name}" must be "\${secret:NAME}": the manifest holds no keys`,
    })
  if (server.oauth?.clientSecret !== undefined && server.oauth.clientId === undefined)
    found.push({ path: [...path, 'oauth'], message: `the login of "${name}" has a client secret and no "clientId"` })
  found.push(...packageBreach(name, path, server))
  for (const [key, part] of Object.entries(server.on ?? {})) found.push(...packageBreach(name, [...path, 'on', key], part))
  if (server.url !== undefined && !/^(https?:\/\/|\$\{)/i.test(server.url))
    found.push({ path: [...path, 'url'], message: `the url of "${name}" must begin with https:// or http://` })
  for (const key of Object.keys(server.on ?? {})) {
    if (!isEnvironmentName(key))
      found.push({ path: [...path, 'on', key], message: `"${key}" is not an environment${meant(key, environmentKinds)}` })
  }
  if (server.runIn !== undefined && server.runIn !== 'each' && !isEnvironmentName(server.runIn)) {
    found.push({
      path: [...path, 'runIn'],
      message: `"${server.runIn}" is not an environment${meant(server.runIn, ['each', ...environmentKinds])}`,
    })
  }
  return found
}

/** Names of folders as Claude Desktop makes them: no path, and nothing that Windows would read as another name. */
const extensionId = /^[\p{L}\p{N}](?:[\p{L}\p{N}._@ +-]{0,126}[\p{L}\p{N}_@+-])?$/u

export const isExtensionId = (id: string): boolean => extensionId.test(id)

/** An extension says itself how it is started; Claude Desktop has it already, so the bridge would list its tools twice. */
function extensionBreaches(name: string, server: ServerSpec): Breach[] {
  const path = ['servers', name]
  if (server.extension === undefined)
    return server.settings === undefined
      ? []
      : [{ path: [...path, 'settings'], message: `"settings" applies only to extension servers, and "${name}" is none` }]
  const others = (['args', 'env', 'on', 'runIn', 'share'] as const).filter((key) => server[key] !== undefined)
  return [
    ...(isExtensionId(server.extension)
      ? []
      : [
          { path: [...path, 'extension'], message: `the extension of "${name}" is not the name of a folder: "${shown(server.extension)}"` },
        ]),
    ...others.map((key) => ({ path: [...path, key], message: `"${key}" does not apply to extension servers, and "${name}" is one` })),
  ]
}

/** A client's own part: a switch a side, and its file. A mistyped side would leave the client as it is, without a word. */
function switchBreaches(id: string, switches: Readonly<Record<string, unknown>>): Breach[] {
  return Object.entries(switches).flatMap(([key, value]): Breach[] => {
    const path = ['clients', id, key]
    if (key === 'file') return value === '' ? [{ path, message: `the file of "${id}" has an empty path` }] : []
    if (!isEnvironmentName(key)) return [{ path, message: `"${key}" is not an environment${meant(key, ['file', ...environmentKinds])}` }]
    return typeof value === 'boolean' ? [] : [{ path, message: `"${key}" of "${id}" must be true or false` }]
  })
}

const meant = (word: string, known: readonly string[]): string => {
  const guess = nearest(word, known)
  return guess === null ? ` (${known.join(', ')} or wsl:<distribution>)` : `; did you mean "${guess}"?`
}

/** `windows`, `wsl`, `linux`, `macos`, or one distribution: `wsl:Ubuntu`. */
export const isEnvironmentName = (word: string): boolean => /^wsl:.+$/.test(word) || environmentKinds.some((kind) => kind === word)

/** What is wrong with the URL of a store server; null: nothing that can be seen. It is not repeated: it may hold a password. */
export function troubleWithStore(url: string): string | null {
  if (!/^postgres(ql)?:\/\//.test(url)) return 'the URL of the store server must begin with postgres://'
  const [, password] = /^\w+:\/\/[^/?#@:]*:([^/?#]*)@/.exec(url) ?? []
  const isNamed = password === undefined || password === '' || /^\$\{secret:[^{}]+\}$/.test(password)
  if (isNamed && !/[?&]password=/i.test(url)) return null
  return 'the URL of the store server holds a password; put ${secret:STORE} in its place, and store it: mcp-twin secret set STORE'
}

/** The first rule that a server breaks by itself, as a clause; null: none. */
export const serverTrouble = (name: string, server: ServerSpec): string | null =>
  [...serverBreaches(name, server), ...textBreaches(name, server)][0]?.message ?? null

/** Every breach of the manifest, in its order. */
export function breaches(manifest: Manifest, clientIds: readonly string[]): Breach[] {
  const found = Object.entries(manifest.servers).flatMap(([name, server]) => [
    ...serverBreaches(name, server),
    ...textBreaches(name, server),
  ])
  const places = [...clientIds, ...environmentKinds]
  for (const [name, server] of Object.entries(manifest.servers)) {
    for (const key of ['only', 'except'] as const) {
      for (const word of server[key] ?? []) {
        if (!clientIds.includes(word) && !isEnvironmentName(word))
          found.push({ path: ['servers', name, key], message: `"${word}" is neither a client nor an environment${meant(word, places)}` })
      }
    }
  }
  for (const [id, value] of Object.entries(manifest.clients ?? {})) {
    if (!clientIds.includes(id)) found.push({ path: ['clients', id], message: `unknown client "${id}"${meant(id, clientIds)}` })
    if (typeof value === 'object') found.push(...switchBreaches(id, value))
  }
  for (const key of typeof manifest.prefix === 'object' ? Object.keys(manifest.prefix) : []) {
    if (!isEnvironmentName(key))
      found.push({ path: ['prefix', key], message: `"${key}" is not an environment${meant(key, environmentKinds)}` })
  }
  const store = storeUrlOf(manifest)
  const trouble = store === null ? null : troubleWithStore(store)
  if (trouble !== null) found.push({ path: ['bridge', 'store'], message: trouble })
  if (manifest.servers['mcp-twin'] !== undefined)
    found.push({ path: ['servers', 'mcp-twin'], message: '"mcp-twin" is the name of the bridge itself; a server needs another one' })
  return found
}

/** Names of keys: each is also the end of a variable's name. */
const KEY_NAME = /^[A-Za-z_][A-Za-z0-9_]{0,127}$/
/** Names of headers: a token of RFC 9110, section 5.6.2. */
const HEADER_NAME = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/
/** No system takes these in the name of a variable. */
const NO_VARIABLE = /[=\s\0]/
// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is looked for
const CONTROL = /[\u0000-\u0008\u000a-\u001f\u007f]/

function partBreaches(name: string, part: ServerSpec | Override, path: readonly string[]): Breach[] {
  const found: Breach[] = []
  const say = (keys: readonly string[], message: string): void => void found.push({ path: [...path, ...keys], message })
  if (part.url !== undefined && /[\s\p{Cc}]/u.test(part.url)) say(['url'], `the url of "${name}" contains a space or a control character`)
  for (const [key, value] of Object.entries(part.headers ?? {})) {
    if (!HEADER_NAME.test(key)) say(['headers', key], `"${shown(key)}" is not a valid header name`)
    if (CONTROL.test(value))
      say(['headers', key], `the header ${shown(key)} of "${name}" contains a line break or another control character`)
  }
  for (const [key, value] of Object.entries(part.env ?? {})) {
    if (key === '' || NO_VARIABLE.test(key)) say(['env', key], `"${shown(key)}" is not a valid variable name`)
    if (value.includes('\0')) say(['env', key], `the variable ${shown(key)} of "${name}" contains a NUL character`)
  }
  for (const [key, text] of [...(part.args ?? []).map((each) => ['args', each] as const), ['command', part.command ?? ''] as const])
    if (text.includes('\0')) say([key], `${key} of "${name}" contains a NUL character`)
  return found
}

/** Texts of a server that no program could be started with, and names of keys that the store cannot have. */
function textBreaches(name: string, server: ServerSpec): Breach[] {
  const path = ['servers', name]
  const wrong = keysOf(server).find((key) => !KEY_NAME.test(key))
  return [
    ...partBreaches(name, server, path),
    ...Object.entries(server.on ?? {}).flatMap(([side, part]) => partBreaches(name, part, [...path, 'on', side])),
    ...(wrong === undefined
      ? []
      : [
          { path, message: `\${secret:${wrong}} in server "${name}": a key is named by letters, digits and _, not beginning with a digit` },
        ]),
  ]
}
