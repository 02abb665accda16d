import fc from 'fast-check'
import { expect, it } from 'vitest'
import { clients } from '../../../src/catalog/clients/index.ts'
import { isStandIn } from '../../../src/core/keys/judge.ts'
import { importServers } from '../../../src/core/import/merge.ts'
import { meaning } from '../../../src/core/launch/meaning.ts'
import { renderEntry } from '../../../src/core/launch/render.ts'
import { breaches } from '../../../src/core/manifest/rules.ts'
import { joinPath } from '../../../src/core/paths.ts'
import type { JsonValue } from '../../../src/model/entry.ts'
import { type Manifest, serverSchema } from '../../../src/model/manifest.ts'
import { reveal, Secret } from '../../../src/model/secret.ts'
import { token } from '../../support/made-keys.ts'
import { client, debian, folderOf, request, ubuntu, windows } from '../../support/launches.ts'
import { runs } from '../../support/runs.ts'

const world = { environments: [ubuntu, debian, windows] }
const places = [
  [windows, 'claude-desktop'],
  [windows, 'cursor'],
  [ubuntu, 'claude-code'],
  [ubuntu, 'claude-code-config'],
  [ubuntu, 'cursor'],
  [debian, 'claude-code'],
] as const
const own = '/home/ana/.mcp-twin/npm/x@1.0.0/node_modules/x/i.js'
const word = fc.oneof(
  fc.constantFrom(
    'npx',
    '-y',
    'x',
    'x@1.0.0',
    '@a/b',
    '-p',
    'cmd',
    '/c',
    'wsl.exe',
    '-d',
    'Ubuntu',
    '--exec',
    '/usr/bin/node',
    'node',
    own,
    'mcp-remote',
    'bash',
    '-lc',
    'npx -y x',
    'uvx',
    '${env:A}',
    '$',
  ),
  fc.constantFrom(
    '--api-key',
    token(30),
    `https://x.dev/mcp?key=${token(20)}`,
    '--header',
    `Authorization: Bearer ${token(28)}`,
    '/home/ana/n',
    '\\\\wsl.localhost\\Ubuntu\\home\\ana\\n',
    'C:\\a b',
    '/mnt/c/a b',
  ),
  fc.string(),
)
const value = fc.oneof(
  fc.record(
    {
      command: word,
      args: fc.array(word, { maxLength: 6 }),
      env: fc.dictionary(fc.constantFrom('A_TOKEN', 'B', 'WSLENV', 'constructor'), word),
    },
    { requiredKeys: ['command'] },
  ),
  fc.record(
    {
      url: fc.constantFrom('https://x.dev/mcp', 'https://u:pw12345678@x.dev', '${X}/y'),
      type: fc.constantFrom('http', 'sse'),
      headers: fc.dictionary(fc.constantFrom('Authorization', 'x-api-key'), word),
    },
    { requiredKeys: ['url'] },
  ),
)
const entries = fc
  .uniqueArray(fc.record({ place: fc.constantFrom(...places), name: fc.constantFrom('a', 'constructor', 'toString'), value }), {
    selector: ({ place, name }) => `${place[0].id} ${place[1]} ${name}`,
    maxLength: 7,
  })
  .map((all) =>
    all.map(({ place: [environment, id], name, value: each }) => ({
      environment,
      client: client(id),
      name,
      value: new Secret<JsonValue>(each),
    })),
  )

it('makes a valid manifest of whatever is in configs, loses no entry, and changes no command or address', () => {
  fc.assert(
    fc.property(entries, (found) => {
      const result = importServers(found, {
        world,
        home: ubuntu,
        sides: [ubuntu, windows],
        lock: { version: 1, packages: {} },
        folders: folderOf(world),
        key: () => null,
      })
      for (const server of Object.values(result.servers)) serverSchema.parse(server)
      const manifest: Manifest = { version: 1, servers: { ...result.servers } }
      expect(
        breaches(
          manifest,
          clients.map((each) => each.id),
        ),
      ).toEqual([])
      expect(result.adopted.length + result.unmanaged.length).toBe(found.length)
      const keys = Object.fromEntries(result.secrets.map((each) => [each.name, reveal(each.value)]))
      for (const { environment, client: id, name, server } of result.adopted) {
        const spec = result.servers[server]
        const was = found.find((each) => each.environment.id === environment && each.client.id === id && each.name === name)
        if (spec === undefined || was === undefined) throw new Error('taken from nowhere')
        const rendered = renderEntry({
          ...request(server, { server: spec, environment: was.environment, client: id, world, keys, manifest }),
        })
        if (rendered.kind !== 'entry') {
          // Only a package waits for its version, and a placeholder for its key; everything else can be written at once.
          expect(rendered).toMatchObject({ kind: 'refuse', reason: expect.stringMatching(/pinned|is not in the store/) })
          continue
        }
        const [before, after] = [meaning(reveal(was.value), was.client), meaning(reveal(rendered.value), was.client)]
        if ('unreadable' in before || 'unreadable' in after) throw new Error('unreadable')
        // A placeholder gives way to the key of its name, where another entry has it.
        const isHeld = (label: string, text: string): boolean => isStandIn(label, text.replace(/^[A-Za-z]+ /, '')) || isStandIn(label, text)
        if (before.kind === 'remote' && Object.entries(before.headers).some(([label, text]) => isHeld(label, text))) continue
        if (before.kind === 'stdio' && Object.entries(before.env).some(([label, text]) => isHeld(label, text))) continue
        if (before.kind === 'remote' && id !== 'claude-desktop') expect(after).toEqual(before)
        if (
          before.kind !== 'stdio' ||
          after.kind !== 'stdio' ||
          JSON.stringify(spec).includes('runIn') ||
          JSON.stringify(spec).includes('"url"')
        )
          continue
        const plain = (texts: readonly string[]) =>
          texts.map((text) => (/^[/\\]|^[A-Z]:/.test(text) ? joinPath(was.environment, text) : text))
        expect({ ...after, args: plain(after.args) }).toEqual({ ...before, args: plain(before.args) })
      }
    }),
    { numRuns: runs(60) },
  )
})
