import { join } from 'node:path'
import { native, type NativePath } from '../../../src/model/path.ts'
import { type Environment, environmentSchema, type World } from '../../../src/model/environment.ts'
import { readAnswer } from '../../../src/core/packages/registry-answer.ts'
import type { LockedPackage } from '../../../src/model/lock.ts'
import type { System } from '../../../src/model/system.ts'
import { installPackage } from '../../../src/effects/packages/install.ts'
import type { InstallOptions, InstallResult } from '../../../src/effects/packages/job.ts'
import { resolvePackages } from '../../../src/effects/packages/resolve.ts'
import { nodeSystem } from '../../../src/system/node.ts'
import { nodePath, npmPath } from '../../support/machine.ts'
import type { MiniRegistry, Published } from '../../support/mini-registry.ts'
import { type Scratch, type ScratchOptions, scratch } from '../../support/scratch.ts'

/** One Linux side in a scratch home, worked with by this very process. */
export interface Situation {
  readonly place: Scratch
  readonly system: System
  readonly world: World
  readonly environment: Environment
  readonly folder: NativePath
  /** Pins words as a sync would; throws where that fails. */
  pin(words: string): Promise<LockedPackage>
  install(locked: LockedPackage, options?: Partial<InstallOptions>): Promise<InstallResult>
  /** A path below `npm/` of our folder. */
  npm(...parts: string[]): string
}

const original = { ...process.env }

function takeOn(env: NodeJS.ProcessEnv): void {
  for (const name of Object.keys(process.env)) if (env[name] === undefined) delete process.env[name]
  Object.assign(process.env, env)
}

const withoutNpm = (env: NodeJS.ProcessEnv): NodeJS.ProcessEnv =>
  Object.fromEntries(Object.entries(env).filter(([name]) => !/^npm_|^NODE_OPTIONS$/i.test(name)))

/**
 * Programs started by this process inherit its environment, so it takes on that of a home of the test's: no npm sees
 * the real one. Vitest runs each file in a process of its own.
 */
export function moveIn({ TMPDIR: _, ...env }: Record<string, string>): void {
  takeOn({ ...withoutNpm(original), ...env })
}

/** Back to the environment that the test file began with, by which the machine's settings are found. */
export const leaveHome = (): void => takeOn(original)

/** Publishes a package and pins it as `pin` does, without an npm: by the same words that `npm view` has for it. */
export function pinned(registry: MiniRegistry, each: Published): LockedPackage {
  const { name } = each.manifest
  const locked = readAnswer(name, JSON.stringify({ ...each.manifest, 'dist.integrity': registry.publish(each) }))
  if (locked === null) throw new Error(`${name} cannot be pinned`)
  return locked
}

export function situation(options: ScratchOptions = {}): Situation {
  leaveHome()
  const place = scratch(options)
  moveIn(place.env)
  const environment = environmentSchema.parse({
    id: 'linux',
    kind: 'linux',
    self: true,
    user: 'ana',
    home: place.home,
    // The tests can be tried with another npm and a Node that it runs on.
    node: original.MCP_TWIN_TEST_NODE ?? nodePath,
    npm: original.MCP_TWIN_TEST_NPM ?? npmPath(),
    prefix: join(place.home, '.npm-global'),
  })
  const world = { environments: [environment] }
  const system = nodeSystem()
  const folder = native(place.path('.mcp-twin'))
  return {
    place,
    system,
    world,
    environment,
    folder,
    npm: (...parts) => place.path('.mcp-twin', 'npm', ...parts),
    async pin(words) {
      const { lock, troubles } = await resolvePackages(
        system,
        world,
        environment,
        [words],
        { version: 1, packages: {} },
        { offline: false, refresh: false },
      )
      const locked = lock.packages[words]
      if (locked === undefined) throw new Error(troubles[0]?.reason)
      return locked
    },
    install: (locked, more = {}) =>
      installPackage(system, world, environment, folder, locked, { allowScripts: false, offline: false, prefix: { kind: 'own' }, ...more }),
  }
}
