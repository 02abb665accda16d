import { execFile } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterEach, beforeAll, beforeEach } from 'vitest'
import { nodePath } from '../../support/machine.ts'
import { type MiniRegistry, miniRegistry } from '../../support/mini-registry.ts'
import { binaryFor } from '../../support/own-binaries.ts'
import { scratch } from '../../support/scratch.ts'
import { type Planted, world } from '../../support/world.ts'
import { pack } from './packed.ts'

/** The binary for this machine, and for the Windows side. */
export const [ours, theirs] = [binaryFor(process.platform), binaryFor('win32')]
export const self = 'wsl:Ubuntu'

const run = promisify(execFile)

/** A WSL side and a Windows side before each test, with a registry that both have alone, and the published program. */
export class TwoSides {
  /** The program as npm installs it, and as it does with `--omit=optional`. */
  whole = ''
  without = ''
  private at?: { registry: MiniRegistry; planted: Planted }

  constructor() {
    const files = scratch()
    beforeAll(async () => {
      const packed = pack(files)
      this.whole = await packed.install('whole')
      this.without = await packed.install('without', '--omit=optional', '--offline')
    })
    beforeEach(async () => {
      const registry = await miniRegistry()
      const npmrc = `registry=${registry.url}\nfetch-timeout=2000\ncache=${join(scratch().root, 'cache')}`
      const planted = world().wsl('Ubuntu').windows().file('.npmrc', npmrc).build({ npmrc, npmCache: 'own' })
      this.at = { registry, planted }
    })
    afterEach(async () => {
      await this.at?.registry.close()
      this.at?.planted.scratch.remove()
    })
  }

  get registry(): MiniRegistry {
    return this.now.registry
  }

  get planted(): Planted {
    return this.now.planted
  }

  /** Another world in place of the usual one. */
  replant(planted: Planted): void {
    this.planted.scratch.remove()
    this.at = { registry: this.registry, planted }
  }

  private get now(): { registry: MiniRegistry; planted: Planted } {
    if (this.at === undefined) throw new Error('only within a test')
    return this.at
  }

  /** Words for node: what a process of the program's copy at `root` is told, on the side `on`, about the side `id`. */
  told(root: string, what: string, id: string, on = self, more: object = {}): string[] {
    const described = JSON.parse(readFileSync(this.planted.env(on).MCP_TWIN_WORLD ?? '', 'utf8'))
    const environment = described.environments.find((each: { id: string }) => each.id === id)
    const facts = { environment, world: described, folder: this.planted.side(id).native('.mcp-twin'), ...more }
    return [join(root, 'dist', 'driver.mjs'), what, JSON.stringify(facts)]
  }

  async as(...words: Parameters<TwoSides['told']>): Promise<unknown> {
    const { stdout } = await run(nodePath, this.told(...words), { env: this.planted.env(words[3]), cwd: this.planted.self.here('.') })
    return JSON.parse(stdout)
  }

  /** A path below our folder on a side. */
  own(id: string, ...parts: string[]): string {
    return join(this.planted.side(id).here('.mcp-twin'), ...parts)
  }

  current(id: string): string {
    return readFileSync(this.own(id, 'app', 'current'), 'utf8').trim()
  }

  /** A path in the version folder that is in use on a side. */
  app(id: string, ...parts: string[]): string {
    return this.own(id, 'app', this.current(id), ...parts)
  }

  binary(id: string, name: string, ...parts: string[]): string {
    return this.app(id, 'node_modules', ...name.split('/'), ...parts)
  }

  tarballs(): string[] {
    return this.registry.requests.filter((path) => path.includes('/-/'))
  }
}
