import type { ServerSpec } from '../../model/manifest.ts'
import { decidesStart, decidesTrust } from '../launch/decisive.ts'
import { isObject } from '../object.ts'
import { isPythonName, isPythonVersion } from '../packages/python.ts'
import { isExact, parseWords } from '../packages/words.ts'
import { objectsIn, type RegistryEntry, textOf } from './entry.ts'
import { literal, type Parts, type Read, readInput, type Slot, withVariables } from './inputs.ts'

type Raw = Readonly<Record<string, unknown>>

/** A way to have a server of the registry, before a person has given what it needs. */
export interface RegistryOffer {
  readonly kind: 'npm' | 'pypi' | 'remote'
  readonly what: Pick<ServerSpec, 'package' | 'pypi' | 'transport'>
  /** Of a remote one. */
  readonly url: Parts
  readonly args: readonly Parts[]
  readonly env: readonly (readonly [string, Parts])[]
  readonly headers: readonly (readonly [string, Parts])[]
  /** Names of optional values that are left out. */
  readonly left: readonly string[]
}

export interface RefusedOffer {
  readonly kind: string
  readonly refuse: string
  /** The way by hand. */
  readonly hint: string
}

type Judged = RegistryOffer | RefusedOffer

/** The registries of packages, as entries name them. */
const ownRegistries: Readonly<Record<string, string>> = { npm: 'https://registry.npmjs.org', pypi: 'https://pypi.org' }
const variableName = /^[A-Za-z_]\w*$/
const headerName = /^[!#$%&'*+.^`|~\w-]+$/

/** Gathers inputs; the first that cannot be used refuses the whole. */
class Inputs {
  refuse: string | null = null
  readonly left: string[] = []

  take(label: string, read: Read): Parts | null {
    if ('parts' in read) return read.parts
    if ('left' in read) this.left.push(label)
    else this.refuse ??= read.refuse
    return null
  }

  /** The inputs of a field. One that is no list of objects is refused: the server would start without what it needs. */
  #list(field: string, value: unknown): Raw[] {
    const found = objectsIn(value)
    const isList = value === undefined || value === null || (Array.isArray(value) && value.length === found.length)
    if (!isList) this.refuse ??= `its "${field}" cannot be read`
    return found
  }

  named(field: 'environmentVariables' | 'headers', value: unknown): [string, Parts][] {
    const isVariable = field === 'environmentVariables'
    return this.#list(field, value).flatMap((input): [string, Parts][] => {
      const name = textOf(input.name) ?? ''
      if (!(isVariable ? variableName : headerName).test(name)) this.refuse ??= `${JSON.stringify(name)} cannot be the name of a value`
      if (isVariable && decidesStart(name)) this.refuse ??= `it sets ${name}, which changes how programs start`
      const parts = this.take(name, readInput(name, input, isVariable))
      // A person may give such a value, an entry may not.
      if (isVariable && decidesTrust(name) && parts?.some((part) => typeof part === 'string' && part !== '') === true)
        this.refuse ??= `it sets ${name}, which changes whom programs trust`
      return parts === null ? [] : [[name, parts]]
    })
  }

  arguments(value: unknown): Parts[] {
    return this.#list('packageArguments', value).flatMap((input): Parts[] => {
      const name = textOf(input.name)
      const label = name ?? textOf(input.valueHint) ?? 'an argument'
      const parts = this.take(label, readInput(label, input, false))
      if (parts === null || input.type !== 'named' || name === null) return parts === null ? [] : [parts]
      const flag = this.take(label, literal(label, name))
      return flag === null ? [] : [flag, parts]
    })
  }
}

function ofPackage(entry: Raw): Judged {
  const kind = textOf(entry.registryType) ?? 'unknown'
  const [name, version] = [textOf(entry.identifier) ?? '', textOf(entry.version) ?? '']
  const byHand = kind === 'pypi' ? `mcp-twin add pypi:${name}` : `mcp-twin add npm:${name}`
  const no = (refuse: string, hint = `read its page, then, if you trust it: ${byHand}`): RefusedOffer => ({ kind, refuse, hint })
  if (kind === 'oci')
    return no('it is an image for docker', isImage(name) ? `to paste "docker run -i --rm ${name}": mcp-twin add -` : ownWay)
  if (kind === 'mcpb') return no('it is a bundle for Claude Desktop', 'open it in Claude Desktop, then: mcp-twin add extension:ID')
  if (kind !== 'npm' && kind !== 'pypi') return no(`packages of ${JSON.stringify(kind)} cannot be installed`, ownWay)
  const isName = kind === 'npm' ? isPlainName(name) : isPythonName(name)
  if (!isName) return { kind, refuse: `${JSON.stringify(name)} is no name of a package`, hint: ownWay }
  const given = entry.registryBaseUrl ?? ''
  const base = typeof given === 'string' ? given : JSON.stringify(given)
  if (base !== '' && base.replace(/\/+$/, '') !== ownRegistries[kind]) return no(`its package is at ${base}, not at ${ownRegistries[kind]}`)
  if (!(kind === 'npm' ? isExact(version) : isPythonVersion(version))) return no(`${JSON.stringify(version)} is no exact version`)
  if (!isEmptyList(entry.runtimeArguments)) return no('it gives arguments to what starts it, which can change anything')
  const transport = isObject(entry.transport) ? textOf(entry.transport.type) : null
  if (transport !== null && transport !== 'stdio') return no(`it does not speak over stdio but over ${transport}`)
  const inputs = new Inputs()
  const [args, env] = [inputs.arguments(entry.packageArguments), inputs.named('environmentVariables', entry.environmentVariables)]
  if (inputs.refuse !== null) return no(inputs.refuse)
  const what = kind === 'npm' ? { package: `${name}@${version}` } : { pypi: `${name}@${version}` }
  return { kind, what, url: [], args, env, headers: [], left: inputs.left }
}

const ownWay = 'its page says how to start it'

/** The name of an image alone: docker would take a word that begins with "-" for a flag, and blanks for several words. */
const isImage = (name: string): boolean => name.length <= 255 && /^[a-z0-9][\w.:/-]*(?:@sha256:[0-9a-f]{64})?$/i.test(name)

const isEmptyList = (value: unknown): boolean => value === undefined || value === null || (Array.isArray(value) && value.length === 0)

function isPlainName(name: string): boolean {
  const words = parseWords(name)
  return !('refuse' in words) && words.range === null && words.name === name
}

/** Addresses that may be asked: encrypted, or of this computer. */
export const isSafeAddress = (url: string): boolean => {
  if (!URL.canParse(url)) return false
  const { protocol, hostname, username, password } = new URL(url)
  const isLoopback = ['127.0.0.1', 'localhost', '[::1]'].includes(hostname)
  return username === '' && password === '' && (protocol === 'https:' || (protocol === 'http:' && isLoopback))
}

function ofRemote(entry: Raw): Judged {
  const url = textOf(entry.url) ?? ''
  const no = (refuse: string): RefusedOffer => ({ kind: 'remote', refuse, hint: 'read its page, then, if you trust it: mcp-twin add URL' })
  const transport = entry.type === 'streamable-http' ? 'http' : entry.type === 'sse' ? 'sse' : null
  if (transport === null) return no(`its transport ${JSON.stringify(entry.type ?? null)} is not known`)
  const inputs = new Inputs()
  const parts = inputs.take('url', withVariables('url', url, entry.variables, true)) ?? []
  const headers = inputs.named('headers', entry.headers)
  if (inputs.refuse !== null) return no(inputs.refuse)
  if (!isSafeAddress(parts.map((each) => (typeof each === 'string' ? each : 'x')).join('')))
    return no(`its address is ${JSON.stringify(url)}`)
  if (/[{}]/.test(parts.filter((each) => typeof each === 'string').join(''))) return no('its address has a gap that nothing explains')
  return { kind: 'remote', what: { transport }, url: parts, args: [], env: [], headers, left: inputs.left }
}

const order = ['npm', 'pypi', 'remote']
const rank = ({ kind }: Judged): number => (order.includes(kind) ? order.indexOf(kind) : order.length)

/** The first way to have a server that can be used: npm, then PyPI, then its address; or why there is none. */
export function offerOf({ name, status, packages, remotes }: RegistryEntry, remoteOnly: boolean): Judged {
  const none = (refuse: string): RefusedOffer => ({ kind: 'none', refuse, hint: `mcp-twin search ${name.split('/').at(-1)}` })
  if (status === 'deleted') return none('it was deleted from the registry')
  const judged = [...(remoteOnly ? [] : packages.map(ofPackage)), ...remotes.map(ofRemote)].sort((a, b) => rank(a) - rank(b))
  const fits = judged.find((each) => !('refuse' in each))
  return fits ?? judged[0] ?? none(remoteOnly ? 'it has no address' : 'it has neither a package nor an address')
}

/** What a person has to give. */
export const slotsOf = ({ url, args, env, headers }: RegistryOffer): Slot[] =>
  [url, ...args, ...env.map(([, parts]) => parts), ...headers.map(([, parts]) => parts)].flat().filter((part) => typeof part !== 'string')

/** The server with what a person gave. */
export function filled(offer: RegistryOffer, given: (slot: Slot) => string): ServerSpec {
  const text = (parts: Parts): string => parts.map((part) => (typeof part === 'string' ? part : given(part))).join('')
  const texts = (values: RegistryOffer['env']): Record<string, string> =>
    Object.fromEntries(values.map(([name, parts]) => [name, text(parts)]))
  return {
    ...offer.what,
    ...(offer.url.length === 0 ? {} : { url: text(offer.url) }),
    ...(offer.args.length === 0 ? {} : { args: offer.args.map(text) }),
    ...(offer.env.length === 0 ? {} : { env: texts(offer.env) }),
    ...(offer.headers.length === 0 ? {} : { headers: texts(offer.headers) }),
  }
}
