import { execFileSync } from 'node:child_process'
import { copyFileSync, existsSync, readdirSync, readFileSync, renameSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { lockText, putInstalled } from '../../support/installed.ts'
import { driveC, inLinux, labFolder, linuxHome, windowsProfile } from '../../support/lab.ts'
import type { MiniRegistry } from '../../support/mini-registry.ts'
import * as lab from './story.ts'

// What the stories of broken sides share: how a thing is broken, fixed again, and what a run said of it.

export const plain = { command: 'node', args: ['x.mjs'] }
export const tiny = 'tiny-server@1.0.0'
export const withPackage = { pkg: { package: tiny }, plain }
export const system32 = join(driveC, 'windows/system32')
export const windowsNode = join(driveC, 'Program Files/nodejs/node.exe')
export const wslExe = join(system32, 'wsl.exe')

export const ownFolder = (home: string): string => join(home, '.mcp-twin')
export const serversIn = (file: string): string[] =>
  existsSync(file) ? Object.keys(JSON.parse(readFileSync(file, 'utf8')).mcpServers ?? {}) : []

export function atHome(home: string, servers: object): void {
  lab.write(join(ownFolder(home), 'mcp-twin.json'), JSON.stringify({ version: 1, servers, bridge: { enabled: false } }))
}

/** A home in which an earlier sync pinned and installed the package: an npm of Windows takes ten seconds for either under Wine. */
export function homeWithPackage(home: string, registry: MiniRegistry): void {
  atHome(home, withPackage)
  putInstalled(registry, ownFolder(home), tiny)
  lab.write(join(ownFolder(home), 'mcp-twin.lock.json'), lockText(registry, { [tiny]: tiny }))
}

export interface Step {
  readonly kind: string
  readonly environment: string
  readonly client: string | null
  readonly server: string | null
  readonly outcome: string
  readonly reason: string | null
  readonly hint: string | null
}
export const endedAs = (json: { steps: Step[] }, outcome: string): Step[] => json.steps.filter((step) => step.outcome === outcome)

export const sync = (type: typeof lab.onLinux, options: lab.TypeOptions = {}) => type(['sync', '--json', '--quiet'], options)

/** What is fixed after each test, the last first. */
export class Repairs {
  private works: (() => unknown)[] = []

  after(...works: (() => unknown)[]): void {
    this.works.push(...works)
  }

  async all(): Promise<void> {
    const works = this.works.reverse()
    this.works = []
    for (const work of works) await work()
  }
}

/** A Windows program in the place of another, and the way back. */
export function replaced(file: string, by: string | null): () => void {
  renameSync(file, `${file}.away`)
  if (by !== null) copyFileSync(by, file)
  return () => renameSync(`${file}.away`, file)
}

/** A Windows program that misbehaves as `shim.c` says of its mode. */
export function shim(mode: string): string {
  const file = join(labFolder, `shim-${mode}.exe`)
  execFileSync('x86_64-w64-mingw32-gcc', ['-O2', '-s', `-D${mode}`, '-o', file, join(import.meta.dirname, 'shim.c')])
  return file
}

/** A wsl.exe that misbehaves in front of the real one, and the way back. */
export function brokenWsl(mode: string): () => void {
  const real = join(system32, 'wsl-real.exe')
  copyFileSync(wslExe, real)
  const back = replaced(wslExe, shim(mode))
  return () => {
    back()
    rmSync(real)
  }
}

/** Interop as `/proc/sys/fs/binfmt_misc` switches it. */
export const turnInterop = (state: 0 | 1) => inLinux(['sh', '-c', `echo ${state} > /proc/sys/fs/binfmt_misc/WSLInterop`])

/** Names of ours that no run may leave behind: content beside its file, folders that are not whole, locks. */
const passing = /\.mcp-twin-\d+-[0-9a-f]+\.tmp$|\.mcp-twin-lock$|(^|\/)\.(part|old|gone)-/

/** What of ours is half written on either side. */
export const halfWritten = (): string[] =>
  [linuxHome, windowsProfile]
    .flatMap((home) => readdirSync(home, { recursive: true, encoding: 'utf8' }))
    .filter((name) => passing.test(name) && !name.includes('node_modules/'))
