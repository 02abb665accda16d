import { isDeepStrictEqual } from 'node:util'
import type { Manifest, ServerSpec } from '../../model/manifest.ts'
import { exportedManifest } from './manifest.ts'

/** What is taken from an export only when a person has confirmed it apart from the servers. */
export const parts = ['secrets.command', 'bridge', 'allowScripts', 'memory'] as const
export type ExportPart = (typeof parts)[number]

/** One of these as an export has it, in lines of plain text. */
export interface ApartPart {
  readonly part: ExportPart
  readonly lines: readonly string[]
}

/** A manifest from an export, as far as it may become part of this computer's own. */
export interface Incoming {
  /** Without keys, and without the other computer's own paths. */
  readonly manifest: Manifest
  readonly apart: readonly ApartPart[]
  /** What is not taken whatever is confirmed, and why. */
  readonly notes: readonly string[]
  /** Servers that are just so here already, with what they may do. */
  readonly stands?: ReadonlySet<string>
}

/** Settings of a client without the path of its file: that is another computer's, and whoever wrote it must not choose what is written. */
function switches(clients: Manifest['clients'] = {}): { clients: NonNullable<Manifest['clients']>; files: string[] } {
  const taken: NonNullable<Manifest['clients']> = {}
  const files: string[] = []
  for (const [id, value] of Object.entries(clients)) {
    if (typeof value === 'boolean') taken[id] = value
    else {
      const { file, ...sides } = value
      if (file !== undefined) files.push(id)
      if (Object.keys(sides).length > 0) taken[id] = sides
    }
  }
  return { clients: taken, files }
}

/** Settings beside the servers that need no confirmation of their own, each in a line. */
export const settingLines = ({ manifest }: Incoming): string[] =>
  (['clients', 'distros', 'launch', 'prefix'] as const).flatMap((key) =>
    manifest[key] === undefined ? [] : [`${key}: ${JSON.stringify(manifest[key])}`],
  )

/** A bridge that is off, and about which nothing else is said. */
export const isOff = (bridge: Manifest['bridge']): boolean => isDeepStrictEqual(bridge, { enabled: false })

/** The parts that a person confirms apart. */
export function apartOf({ servers, secrets, bridge = {} }: Manifest): ApartPart[] {
  const scripts = Object.entries(servers).filter(([, { allowScripts }]) => allowScripts === true)
  const { enabled, ...settings } = bridge
  return [
    ...(secrets === undefined
      ? []
      : [{ part: 'secrets.command' as const, lines: [`runs for each key: ${JSON.stringify(secrets.command)}`] }]),
    ...(Object.keys(settings).length === 0
      ? []
      : [{ part: 'bridge' as const, lines: Object.entries(settings).map(([key, value]) => `${key}: ${JSON.stringify(value)}`) }]),
    ...(scripts.length === 0
      ? []
      : [
          {
            part: 'allowScripts' as const,
            lines: scripts.map(
              ([name, { package: words, pypi }]) =>
                `${name}: install scripts of ${words ?? pypi ?? 'its package'} run when it is installed`,
            ),
          },
        ]),
  ]
}

/** Returns what an export's manifest may bring. `distros`: the WSL distributions of this computer. */
export function incoming(written: Manifest, distros: readonly string[]): Incoming {
  // Keys that somebody wrote into it become references, so they are asked for here like all others.
  const { manifest, named } = exportedManifest('{}', written, new Map())
  const { clients, files } = switches(manifest.clients)
  const here = (manifest.distros ?? []).filter((name) => distros.some((each) => each.toLowerCase() === name.toLowerCase()))
  const missing = (manifest.distros ?? []).filter((name) => !here.includes(name))
  const hasPaths = manifest.prefix !== undefined && typeof manifest.prefix !== 'string'
  return {
    manifest: {
      version: 1,
      servers: manifest.servers,
      ...(Object.keys(clients).length === 0 ? {} : { clients }),
      ...(here.length === 0 ? {} : { distros: here }),
      ...(manifest.secrets === undefined ? {} : { secrets: manifest.secrets }),
      ...(manifest.launch === undefined ? {} : { launch: manifest.launch }),
      ...(manifest.prefix === undefined || hasPaths ? {} : { prefix: manifest.prefix }),
      ...(manifest.bridge === undefined ? {} : { bridge: manifest.bridge }),
    },
    apart: apartOf(manifest),
    notes: [
      ...[...named.keys()].map(
        (name) => `the manifest in the export contains a key; it was not taken. Enter it: mcp-twin secret set ${name}`,
      ),
      ...files.map((id) => `the path of ${id}'s config file is the other computer's; it is detected here`),
      ...missing.map((name) => `no WSL distribution "${name}" on this computer`),
      ...(hasPaths ? ['the install folders in "prefix" are the other computer\'s; the default is used here'] : []),
    ],
  }
}

/** The manifest without what was not confirmed. A bridge whose settings were not confirmed stays off. */
export function confirmedPart(
  { manifest: { secrets, bridge, ...rest }, apart, stands }: Incoming,
  confirmed: ReadonlySet<ExportPart>,
): Manifest {
  const declined = new Set(apart.map(({ part }) => part).filter((part) => !confirmed.has(part)))
  const withoutScripts = ({ allowScripts: _, ...server }: ServerSpec): ServerSpec => server
  return {
    ...rest,
    servers: declined.has('allowScripts')
      ? Object.fromEntries(
          Object.entries(rest.servers).map(([name, server]) => [name, stands?.has(name) === true ? server : withoutScripts(server)]),
        )
      : rest.servers,
    ...(secrets === undefined || declined.has('secrets.command') ? {} : { secrets }),
    ...(declined.has('bridge') ? { bridge: { enabled: false } } : bridge === undefined ? {} : { bridge }),
  }
}
