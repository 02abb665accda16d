import { chmodSync, existsSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { nodePath, npmPath, npmSettings, toolPath } from './machine.ts'

/** One environment of a planted world, as `MCP_TWIN_WORLD` describes it (paths in that side's own spelling). */
export interface SideFacts {
  id: string
  kind: 'windows' | 'wsl' | 'linux' | 'macos'
  distro?: string
  user: string
  home: string
  appData?: string
  localAppData?: string
  mountRoot?: string
  node?: string
  npm?: string
  prefix?: string
  claudeConfigDir?: string
  /** Variables of that side's own environment. */
  variables?: Record<string, string>
  /** Values of policies, by name, or below the name of their key. */
  policies?: Record<string, unknown>
  running: string[]
  /** False: its programs cannot be run from the other sides. */
  runnable: boolean
}

/** Where a side's paths lie on this machine. */
export interface Mapping {
  readonly native: string
  readonly here: string
}

/** Where each client keeps its user-scope file, under the home folder; Desktop's on Windows is under AppData. */
const clientFiles: Record<string, (side: SideFacts) => string> = {
  'claude-desktop': (side) =>
    side.kind === 'windows'
      ? `${side.appData}\\Claude\\claude_desktop_config.json`
      : side.kind === 'macos'
        ? `${side.home}/Library/Application Support/Claude/claude_desktop_config.json`
        : `${side.home}/.config/Claude/claude_desktop_config.json`,
  'claude-code': (side) => nativeJoin(side, side.claudeConfigDir ?? side.home, '.claude.json'),
  'claude-code-config': (side) => nativeJoin(side, side.home, '.config', 'claude', 'claude_code_config.json'),
  cursor: (side) => nativeJoin(side, side.home, '.cursor', 'mcp.json'),
}

const nativeJoin = (side: SideFacts, ...parts: string[]): string => parts.join(side.kind === 'windows' ? '\\' : '/')

/** A side with its files on this machine: tests name files as that side does. */
export class Side {
  readonly facts: SideFacts
  readonly mappings: readonly Mapping[]

  constructor(facts: SideFacts, mappings: readonly Mapping[]) {
    this.facts = facts
    this.mappings = mappings
  }

  get id(): string {
    return this.facts.id
  }

  /** The path on this machine of one that the side spells its own way; a relative one is under its home. */
  here(path: string): string {
    const absolute = /^([A-Za-z]:\\|\/)/.test(path) ? path : nativeJoin(this.facts, this.facts.home, path)
    const mapping = this.mappings.find(({ native }) => absolute.toLowerCase().startsWith(native.toLowerCase()))
    return mapping ? join(mapping.here, ...absolute.slice(mapping.native.length).split(/[\\/]/)) : absolute
  }

  /** A path under its home, as it spells it. */
  native(...parts: string[]): string {
    return nativeJoin(this.facts, this.facts.home, ...parts)
  }

  write(path: string, content: string | Uint8Array): void {
    mkdirSync(dirname(this.here(path)), { recursive: true })
    writeFileSync(this.here(path), content)
  }

  read(path: string): string {
    return readFileSync(this.here(path), 'utf8')
  }

  has(path: string): boolean {
    return existsSync(this.here(path))
  }

  /** A client's user-scope file, as the side spells it. */
  clientFile(client: string): string {
    const file = clientFiles[client]
    if (!file) throw new Error(`no file is known for ${client}`)
    return file(this.facts)
  }

  /** What a client's file says, parsed; null where there is none. */
  config(client: string): Record<string, unknown> | null {
    const file = this.clientFile(client)
    return this.has(file) ? JSON.parse(this.read(file)) : null
  }

  /** The variables that a program of this side finds, with paths that this machine can open. */
  env(): Record<string, string> {
    const home = this.here(this.facts.home)
    const base = {
      PATH: toolPath,
      HOME: home,
      USER: this.facts.user,
      LANG: 'C.UTF-8',
      NO_COLOR: '1',
      MCP_TWIN_TYPED: 'mcp-twin',
      TMPDIR: join(home, '..', '.tmp-of-tests'),
    }
    mkdirSync(base.TMPDIR, { recursive: true })
    if (this.facts.kind === 'wsl') return { ...base, WSL_DISTRO_NAME: this.facts.distro ?? '' }
    if (this.facts.kind !== 'windows') return base
    const { appData = '', localAppData = '' } = this.facts
    return { ...base, USERNAME: this.facts.user, USERPROFILE: home, APPDATA: this.here(appData), LOCALAPPDATA: this.here(localAppData) }
  }

  /** Makes the folders that every machine has, a node that runs, and npm beside it. */
  furnish(interop: readonly string[]): void {
    const { home, appData, localAppData, node, npm } = this.facts
    for (const folder of [home, appData, localAppData]) if (folder) mkdirSync(this.here(folder), { recursive: true })
    if (!this.has('.npmrc')) writeFileSync(this.here('.npmrc'), npmSettings(), { mode: 0o600 })
    if (node && this.here(node) !== node) {
      // Started by its path on this machine, the side's node is the same as when the side starts it.
      const words = [...interop, node].map((word) => `'${word.replaceAll("'", "'\\''")}'`)
      this.write(node, `#!/bin/sh\nexec ${words.join(' ')} "$@"\n`)
      chmodSync(this.here(node), 0o755)
    }
    const folder = npm && dirname(dirname(this.here(npm)))
    if (folder && !existsSync(folder)) {
      mkdirSync(dirname(folder), { recursive: true })
      symlinkSync(dirname(dirname(npmPath())), folder)
    }
  }
}

/** The node that a side has when nothing else is said. */
export const realNode = nodePath
