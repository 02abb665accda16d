import { chmodSync, existsSync, lstatSync, mkdirSync, readFileSync, readlinkSync, statSync, symlinkSync, writeFileSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'
import { describe, expect, it } from 'vitest'
import { clients } from '../../../src/catalog/clients/index.ts'
import type { ClientDefinition } from '../../../src/model/client.ts'
import { linux } from '../../support/launches.ts'
import { sample } from '../../support/runs.ts'
import { quickHome } from '../support/place.ts'

/** A file as it may be found, from its text with `\n` at the ends of its lines. */
interface Dress {
  readonly what: string
  readonly bytes: (text: string) => Buffer
}

const dresses: Dress[] = [
  { what: 'with CRLF', bytes: (text) => Buffer.from(text.replaceAll('\n', '\r\n')) },
  { what: 'with a byte order mark', bytes: (text) => Buffer.from(`\ufeff${text}`) },
  { what: 'with blanks at its end', bytes: (text) => Buffer.from(`${text}\n  \n\t\n`) },
  { what: 'without an end of its last line', bytes: (text) => Buffer.from(text.trimEnd()) },
  { what: 'of 4 MiB', bytes: (text) => Buffer.from(text.replace('"mine"', JSON.stringify('m'.repeat(4 * 1024 * 1024)))) },
]

/** A file of the client's format with one server of the person, and more around it than a program writes. */
const own = (client: ClientDefinition): string => {
  const [first = '', ...more] = client.container
  const inside = `"theirs": ${JSON.stringify(client.spelling.stdio?.({ command: '/bin/theirs', args: [], env: {} }) ?? { command: '/bin/theirs', args: [] })}`
  const path = more.reduceRight((text, name) => `{ ${JSON.stringify(name)}: ${text} }`, `{ ${inside} }`)
  return client.format === 'toml'
    ? `note = "mine"\n# mine\n[${client.container.join('.')}.theirs]\ncommand = "/bin/theirs"\n`
    : `{\n  "note": "mine",\n  ${JSON.stringify(first)}: ${path},\n  "kept": [1, 2.50, "\\u00e9", null]\n}\n`
}

/** What no program reads, or what is no table of servers: nothing is written there. */
const damaged = (client: ClientDefinition): [string, string | Buffer][] => {
  const [first = ''] = client.container
  const isToml = client.format === 'toml'
  return [
    ['a list', isToml ? `${first} = [1, 2]\n` : '[1, 2]\n'],
    ['servers that are a text', isToml ? `${first} = "none"\n` : JSON.stringify({ [first]: 'none' })],
    ['servers that are a list', isToml ? `${first} = []\n` : JSON.stringify({ [first]: [] })],
    ['the servers twice', isToml ? `[${first}.a]\nx = 1\n[${first}.a]\nx = 2\n` : `{"${first}": {"a": {}}, "${first}": {"b": {}}}`],
    ['half a file', own(client).slice(0, isToml ? -3 : -10)],
    ['UTF-16', Buffer.from(`\ufeff${own(client)}`, 'utf16le')],
    ['bytes that are no text', Buffer.concat([Buffer.from(own(client)), Buffer.from([0xff, 0xfe, 0xc0])])],
  ]
}

const here = clients.filter(({ environments }) => environments.includes('linux'))

/** A home on Linux that has one client's file, and a server of ours for it. */
function place(client: ClientDefinition) {
  const home = quickHome()
  const file = join(home.home, relative(linux.home, client.file(linux)))
  mkdirSync(dirname(file), { recursive: true })
  const servers = { twin: { command: '/bin/echo', args: ['a b'] } }
  home.write('.mcp-twin/mcp-twin.json', JSON.stringify({ version: 1, servers, clients: { [client.id]: true }, bridge: { enabled: false } }))
  const sync = () => home.run(['sync', '--client', client.id, '--json'])
  return { home, file, sync, uninstall: () => home.run(['uninstall', '--yes']) }
}

/** Two of a list, others for each client: a thorough run takes all of them. */
const some = <Item>(all: readonly Item[], at: number): Item[] => {
  const first = at % all.length
  return sample([...all.slice(first), ...all.slice(0, first)], 2)
}

describe.each(here.map((client, at) => ({ id: client.id, client, at })))('the file of $id', ({ client, at }) => {
  it.each(some(dresses, at))('$what gets our entry, and comes back byte for byte', async ({ bytes }) => {
    const { file, sync, uninstall } = place(client)
    const before = bytes(own(client))
    writeFileSync(file, before)
    const synced = await sync()
    expect(synced.json, synced.output).toMatchObject({ changed: true, inSync: true })
    expect(readFileSync(file, 'utf8')).toContain('twin')
    expect((await sync()).json).toMatchObject({ changed: false, inSync: true })
    expect((await uninstall()).code).toBe(0)
    expect(readFileSync(file).equals(before)).toBe(true)
  })

  it.each(some(damaged(client), at))('that holds %s is left as it is', async (_, content) => {
    const { file, sync, uninstall } = place(client)
    writeFileSync(file, content)
    const before = { bytes: readFileSync(file), at: statSync(file, { bigint: true }).mtimeNs }
    const { code, output } = await sync()
    expect(code, output).toBe(3)
    await uninstall()
    expect({ bytes: readFileSync(file), at: statSync(file, { bigint: true }).mtimeNs }).toEqual(before)
  })

  it('that is a link stays one, and what it leads to keeps its mode', async () => {
    const { home, file, sync, uninstall } = place(client)
    const real = home.path('dotfiles/real')
    home.write('dotfiles/real', own(client))
    chmodSync(real, 0o600)
    symlinkSync(real, file)
    expect((await sync()).json).toMatchObject({ changed: true, inSync: true })
    expect([readlinkSync(file), readFileSync(real, 'utf8').includes('twin')]).toEqual([real, true])
    expect((await uninstall()).code).toBe(0)
    expect([lstatSync(file).isSymbolicLink(), readFileSync(real, 'utf8'), statSync(real).mode & 0o777]).toEqual([true, own(client), 0o600])
  })

  it('that is read-only is not written, or keeps its mode', async () => {
    const { file, sync } = place(client)
    writeFileSync(file, own(client), { mode: 0o444 })
    const { code } = await sync()
    expect([existsSync(file), statSync(file).mode & 0o777, code === 0 || readFileSync(file, 'utf8') === own(client)]).toEqual([
      true,
      0o444,
      true,
    ])
  })
})
