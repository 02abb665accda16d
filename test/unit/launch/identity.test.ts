import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { clientById, clients } from '../../../src/catalog/clients/index.ts'
import { neutral } from '../../../src/core/launch/read.ts'
import { runSide } from '../../../src/core/launch/side.ts'
import { escapeTemplates } from '../../../src/core/keys/template.ts'
import { isWindows } from '../../../src/core/paths.ts'
import type { ServerSpec } from '../../../src/model/manifest.ts'
import { packages, read, render, request, type Situation, worlds, written } from '../../support/launches.ts'
import { runs } from '../../support/runs.ts'

/** Any text as a manifest holds it: what looks like a template is escaped. */
const text = fc
  .oneof(
    fc.string(),
    fc.string({ unit: 'grapheme' }),
    fc.constantFrom('-y', '--', '-c', 'a b', '"', '\\', '${env:X}', '$${secret:K}', '$', '%PATH%', 'C:\\x y\\z', ''),
  )
  .map(escapeTemplates)
const args = fc.array(text, { maxLength: 5 })
const variables = fc.dictionary(
  fc.stringMatching(/^[A-Za-z_][A-Za-z0-9_]{0,8}$/).filter((name) => name !== 'WSLENV'),
  text,
  { maxKeys: 4 },
)
const some = <T extends object>(key: string, value: T) => (Object.keys(value).length === 0 ? {} : { [key]: value })

const packageServer = fc.record({ words: fc.constantFrom(...Object.keys(packages)), args, env: variables, bin: fc.boolean() }).map(
  ({ words, args, env, bin }): ServerSpec => ({
    package: words,
    ...(bin && words.startsWith('chrome') ? { bin: 'chrome-devtools' } : {}),
    ...some('args', args),
    ...some('env', env),
  }),
)
const commandServer = fc
  .record({
    command: fc.constantFrom('/opt/my thing/serve', 'C:\\My Tools\\serve.exe', 'D:\\x.exe', '/usr/bin/python3'),
    args,
    env: variables,
  })
  .map(({ command, args, env }): ServerSpec => ({ command, ...some('args', args), ...some('env', env) }))
const remoteServer = fc
  .record({ path: fc.webPath(), sse: fc.boolean(), headers: fc.dictionary(fc.stringMatching(/^[A-Za-z-]{1,9}$/), text, { maxKeys: 3 }) })
  .map(
    ({ path, sse, headers }): ServerSpec => ({
      url: `https://x.dev${path}`,
      ...(sse ? { transport: 'sse' as const } : {}),
      ...some('headers', headers),
    }),
  )

const situations = worlds.flatMap(({ name, world, home }) =>
  world.environments.flatMap((environment) =>
    clients
      .filter((client) => client.environments.includes(environment.kind))
      .map((client) => ({ title: `${name}, ${client.id} on ${environment.id}`, world, home, environment, client: client.id })),
  ),
)

/** What of a server an entry can tell: not how it is started, and where it runs only when that is elsewhere. */
const told = ({ launch: _, runIn: __, ...rest }: ServerSpec, elsewhere: string | null): ServerSpec => ({
  ...rest,
  ...(elsewhere === null ? {} : { runIn: elsewhere }),
})

describe.each(situations)('a server of the manifest: $title', ({ world, home, environment, client }) => {
  const places = [
    'each',
    ...world.environments.flatMap((each) =>
      each.kind === 'wsl' && world.environments.filter((one) => one.kind === 'wsl').length > 1 ? [each.id] : [each.kind],
    ),
  ]

  it.each(['direct', 'npx', 'run'] as const)('comes back from its entry as it was, launch %s', (launch) => {
    fc.assert(
      fc.property(fc.oneof(packageServer, commandServer, remoteServer), fc.constantFrom(...places), (base, runIn) => {
        const server: ServerSpec = { ...base, launch, ...(runIn === 'each' || base.url !== undefined ? {} : { runIn }) }
        const runs = runSide(server, environment, world, home)
        fc.pre(runs !== null && (base.command === undefined || isWindows(runs) === /^[A-Z]:/.test(base.command)))
        const situation: Situation = { server, client, environment, world, home }
        const asked = request('s', situation)
        const context = { ...asked, name: 's' }
        const rendered = render('s', situation)
        // A path that no side can spell for the other is said, not written.
        if (rendered.kind !== 'entry') return expect(rendered.kind).toBe('refuse')
        const entry = read(written('s', situation), client)
        const back = neutral(entry, context)
        // A program that speaks stdio only reaches a remote server by our launcher, which names the server.
        const definition = clientById(client)
        const isRelayed = !definition?.spelling.remote?.({
          url: base.url ?? '',
          transport: base.transport ?? 'http',
          headers: base.headers ?? {},
        })
        // Which texts a program fills in is asked in `unit/clients`.
        const isFilled = definition?.fills !== undefined && rendered.launches.length > 0
        const expected =
          isFilled || (base.url === undefined ? launch === 'run' : isRelayed)
            ? server
            : told(server, runs !== null && runs.id !== environment.id ? runIn : null)
        expect(back).toEqual(expected)
        expect(read(written('s', { ...situation, server: { ...back, launch } }), client)).toEqual(entry)
      }),
      { numRuns: runs(15) },
    )
  })
})
