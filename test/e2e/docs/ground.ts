import { afterAll, expect } from 'vitest'
import { builtinServers } from '../../../src/catalog/servers/index.ts'
import { firstDay } from '../../screens/first-day.ts'
import { miniRegistry, type MiniRegistry } from '../../support/mini-registry.ts'
import { publishBinaries } from '../../support/own-binaries.ts'
import { restored } from '../../support/restored.ts'
import type { Planted } from '../../support/world.ts'
import { tinyServer } from '../support/place.ts'

let registry: Promise<MiniRegistry> | undefined
afterAll(async () => (await registry)?.close())

/** A registry of this machine that has every built-in server, each of them a small one. It is closed when the file ends. */
export async function builtinsRegistry(): Promise<MiniRegistry> {
  registry ??= filled()
  return registry
}

async function filled(): Promise<MiniRegistry> {
  const made = await miniRegistry()
  const names = (await builtinServers()).flatMap(({ server }) => (server.package === undefined ? [] : [server.package]))
  for (const name of new Set(names))
    for (const version of ['0.2.21', '0.2.22'])
      made.publish({
        manifest: { name, version, bin: { [name.split('/').at(-1) ?? name]: 'server.js' } },
        files: { 'server.js': `#!/usr/bin/env node\n${tinyServer}` },
      })
  publishBinaries(made)
  return made
}

/** A person's machine on the first day, with that registry on both sides. */
export async function firstDayHere(): Promise<Planted> {
  const settings = `registry=${(await builtinsRegistry()).url}\n`
  const planted = firstDay(settings)
  planted.side('windows').write('.npmrc', settings)
  return planted
}

/** Where pages are read: a person's machine on which `init --yes --both` was typed. Each call gives it as it was right after that. */
export const ground: () => Promise<Planted> = restored(
  async () => {
    const planted = await firstDayHere()
    const { code, output } = await planted.cli(['init', '--yes', '--both'])
    expect(code, output).toBe(0)
    return planted
  },
  ({ scratch }) => scratch.root,
)
