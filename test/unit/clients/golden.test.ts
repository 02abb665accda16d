import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { beforeAll, describe, expect, it } from 'vitest'
import { clients } from '../../../src/catalog/clients/index.ts'
import { formatOf, loadFormats } from '../../../src/core/formats/index.ts'
import { renderBridge } from '../../../src/core/launch/launcher.ts'
import { meaning } from '../../../src/core/launch/meaning.ts'
import { renderEntry } from '../../../src/core/launch/render.ts'
import type { ClientDefinition } from '../../../src/model/client.ts'
import type { JsonObject } from '../../../src/model/entry.ts'
import { type Environment, type EnvironmentKind, environmentKinds } from '../../../src/model/environment.ts'
import type { ServerSpec } from '../../../src/model/manifest.ts'
import { native } from '../../../src/model/path.ts'
import { reveal } from '../../../src/model/secret.ts'
import { linux, macos, request, ubuntu, windows } from '../../support/launches.ts'

/** Set to write the files anew: look at every change before it is committed. */
const isWriting = process.env.MCP_TWIN_GOLDEN === 'write'

const folder = new URL('../../fixtures/clients/', import.meta.url)

/** What every client is given: a package with a key, a remote server with a key, and the bridge. */
const servers: Record<string, ServerSpec> = {
  local: { package: 'tavily-mcp@0.2.22', args: ['--max', '5'], env: { TAVILY_API_KEY: '${secret:TAVILY_API_KEY}' } },
  remote: { url: 'https://mcp.scavio.dev/mcp', headers: { Authorization: 'Bearer ${secret:SCAVIO_API_KEY}' } },
}
/** What a project has besides: nothing in it is a key, or of one machine. */
const ofProject: Record<string, ServerSpec> = {
  plain: { package: '@modelcontextprotocol/server-filesystem', args: ['${path:docs}'] },
  named: { url: 'https://x.dev/mcp', headers: { 'x-who': '${env:WHO}' } },
}
const keys = { TAVILY_API_KEY: 'tvly-golden', SCAVIO_API_KEY: 'scavio-golden' }

/** Windows and WSL stand beside each other with home in WSL; the others are alone. */
const sides: Record<EnvironmentKind, { environment: Environment; world: readonly Environment[] }> = {
  windows: { environment: windows, world: [ubuntu, windows] },
  wsl: { environment: ubuntu, world: [ubuntu, windows] },
  linux: { environment: linux, world: [linux] },
  macos: { environment: macos, world: [macos] },
}

function entriesFor(client: ClientDefinition, kind: EnvironmentKind, scope: 'user' | 'project', on = kind): JsonObject {
  const { world } = sides[kind]
  const { environment } = sides[on]
  const ground = { world: { environments: [...world] }, home: world[0] as Environment, environment, client: client.id, keys, scope }
  const all = scope === 'project' ? { ...servers, ...ofProject } : servers
  const rendered = Object.entries(all).map(([name, server]) =>
    renderEntry(
      request(name, {
        ...{ ...ground, server, manifest: { servers: all } },
        ...(scope === 'project' ? { more: { project: { environment, path: native('/home/ana/app') } } } : {}),
      }),
    ),
  )
  const bridge = scope === 'user' ? [renderBridge({ ...request('x', { ...ground, server: {} }), client, environment })] : []
  return Object.fromEntries(
    [...rendered, ...bridge].map((each) => {
      if (each.kind !== 'entry') throw new Error(`${client.id} on ${kind}: ${each.reason}`)
      return [each.name, reveal(each.value)]
    }),
  )
}

interface Golden {
  readonly name: string
  readonly entries: () => JsonObject
}

function goldenOf(client: ClientDefinition): Golden[] {
  const kinds = environmentKinds.filter((kind) => client.environments.includes(kind))
  const elsewhere =
    client.starting?.elsewhere === undefined
      ? []
      : [{ name: 'windows-started-in-wsl', entries: () => entriesFor(client, 'windows', 'user', 'wsl') }]
  const project = client.project === undefined ? [] : [{ name: 'project', entries: () => entriesFor(client, 'wsl', 'project') }]
  return [...kinds.map((kind) => ({ name: kind, entries: () => entriesFor(client, kind, 'user') })), ...elsewhere, ...project]
}

describe.each(clients.map((client) => ({ client, id: client.id })))('the config that $id gets', ({ client, id }) => {
  beforeAll(() => loadFormats([client]))
  const path = (name: string) => new URL(`${id}/${name}.${formatOf(client).extension}`, folder)

  it.each(goldenOf(client).map(({ name, entries }) => [name, entries] as const))('is as it was: %s', (name, entries) => {
    const text = formatOf(client).print(entries(), client.container)
    if (isWriting) mkdirSync(new URL(`${id}/`, folder), { recursive: true })
    if (isWriting) writeFileSync(path(name), text)
    expect(existsSync(path(name)), `no golden entries: MCP_TWIN_GOLDEN=write npx vitest … test/unit/clients/golden.test.ts`).toBe(true)
    expect(text).toBe(readFileSync(path(name), 'utf8'))
  })

  it('is read back as what was meant', () => {
    for (const { name, entries } of goldenOf(client))
      for (const value of Object.values(entries())) expect(meaning(value, client), name).not.toHaveProperty('unreadable')
  })

  it('has no golden entries that nothing makes', () => {
    const names = goldenOf(client).map(({ name }) => `${name}.${formatOf(client).extension}`)
    expect(readdirSync(new URL(`${id}/`, folder)).sort()).toEqual(names.sort())
  })
})

it('has golden entries for every client, and for no other', () => {
  expect(readdirSync(folder).sort()).toEqual(clients.map(({ id }) => id).sort())
})
