import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { extensionDigest } from '../../../src/core/launch/extension.ts'
import type { Environment } from '../../../src/model/environment.ts'
import type { ExtensionManifest, InstalledExtension } from '../../../src/model/extension.ts'
import type { ServerSpec } from '../../../src/model/manifest.ts'
import { native } from '../../../src/model/path.ts'
import { debian, render, ubuntu, windows, worlds, written } from '../../support/launches.ts'

const id = 'local.mcpb.ana.notes'
const folder = `C:\\Claude\\Claude Extensions\\${id}`
const index = '${__dirname}/server/index.js'

type Config = ExtensionManifest['server']['mcp_config']

/** The bundle with other words; `node` and its script, unless said. */
const manifest = (config: Partial<Config> = {}, options: ExtensionManifest['user_config'] = {}, version = '1.0.0'): ExtensionManifest => ({
  ...{ name: 'notes', version, user_config: options },
  server: { type: 'node', mcp_config: { command: 'node', args: [index], ...config } },
})

const installed = (its: ExtensionManifest, more: Partial<InstalledExtension> = {}): InstalledExtension => ({
  ...{ id, environment: windows, folder: native(folder), manifest: its, trouble: null, values: {}, enabled: true, blocked: null },
  ...{ source: null, signature: null, isBound: false, agreed: true },
  ...more,
})

interface Place {
  readonly environment?: Environment
  readonly client?: string
  readonly settings?: ServerSpec['settings']
  readonly keys?: Record<string, string>
}

const situation = (found: InstalledExtension, { settings, ...place }: Place) => ({
  server: { extension: id, ...(settings === undefined ? {} : { settings }) },
  ...place,
  ...(place.environment === debian ? { world: worlds[2]?.world ?? { environments: [] } } : {}),
  more: { extensions: { found: new Map([[found.id, found]]), trouble: null } },
})

const entry = (found: InstalledExtension, place: Place = {}) => written('notes', situation(found, place))
const argsOf = (args: string[], options: ExtensionManifest['user_config'], values: Record<string, unknown> = {}, place: Place = {}) =>
  (entry(installed(manifest({ args: [index, ...args] }, options), { values }), place).args as string[]).slice(1)

const text = { type: 'string' }

describe('what an extension starts', () => {
  it('lies where each side finds the files of Windows', () => {
    const found = installed(manifest({ args: ['${__dirname}${/}server${pathSeparator}index.js', '${DOCUMENTS}', 'a${/}b'] }))
    expect(entry(found)).toEqual({
      command: '/usr/bin/node',
      args: [`/mnt/c/Claude/Claude Extensions/${id}/server/index.js`, '/mnt/c/Users/Ana Ruiz/Documents', 'a/b'],
    })
    expect(entry(found, { environment: debian }).args).toContain('/win/c/Users/Ana Ruiz/Documents')
    expect(entry(found, { environment: windows, client: 'cursor' })).toEqual({
      command: 'C:\\Program Files\\nodejs\\node.exe',
      args: [`${folder}\\server\\index.js`, 'C:\\Users\\Ana Ruiz\\Documents', 'a\\b'],
    })
  })

  it('takes what the bundle says for the system where it runs', () => {
    const found = installed(manifest({ platform_overrides: { linux: { args: [index, '--linux'] }, win32: { env: { W: '1' } } } }))
    expect(entry(found).args).toContain('--linux')
    expect(entry(found, { environment: windows, client: 'cursor' })).toMatchObject({ args: [expect.any(String)], env: { W: '1' } })
  })

  it('is no entry of Claude Desktop', () => {
    expect(render('notes', situation(installed(manifest()), { environment: windows, client: 'claude-desktop' }))).toMatchObject({
      kind: 'none',
      reason: 'Claude Desktop has notes as its own extension',
    })
  })
})

describe('a value of an extension', () => {
  const folders = { type: 'directory', multiple: true }

  it('is what a person gave, else its default, else left out with its argument or variable', () => {
    const options = { a: { ...text, default: 'x' }, b: text, n: { type: 'number', default: 7 }, no: { type: 'boolean', default: false } }
    const args = [
      '${user_config.a}',
      '${user_config.b}',
      '--b=${user_config.b}',
      '${user_config.n}',
      '${user_config.no}',
      '${user_config.zz}',
    ]
    expect(argsOf(args, options)).toEqual(['x', '7', 'false'])
    expect(argsOf(args, options, { a: 'y', b: 'z', n: 0, no: true })).toEqual(['y', 'z', '--b=z', '0', 'true'])
    const env = { A: '${user_config.b}', B: '${user_config.a}' }
    expect(entry(installed(manifest({ env }, options)))).toMatchObject({ env: { B: 'x' } })
  })

  it('becomes several arguments where it has several parts and stands alone', () => {
    const values = { dirs: ['C:\\Work', 'D:\\Old Work'] }
    expect(argsOf(['${user_config.dirs}'], { dirs: folders }, values)).toEqual(['/mnt/c/Work', '/mnt/d/Old Work'])
    expect(argsOf(['${user_config.dirs}'], { dirs: folders }, { dirs: [] })).toEqual([])
    expect(entry(installed(manifest({ env: { DIRS: '${user_config.dirs}' } }, { dirs: folders }), { values }))).toMatchObject({
      env: { DIRS: '/mnt/c/Work,/mnt/d/Old Work' },
    })
    expect(argsOf(['--in=${user_config.dirs}'], { dirs: folders }, values)).toEqual(['--in=/mnt/c/Work,/mnt/d/Old Work'])
  })

  it('is re-spelled only where it is a file or a folder', () => {
    const options = { dir: { type: 'directory', default: '${HOME}\\Notes' }, plain: text }
    expect(argsOf(['${user_config.dir}', '${user_config.plain}'], options, { plain: 'C:\\Work' })).toEqual([
      '/mnt/c/Users/Ana Ruiz/Notes',
      'C:\\Work',
    ])
  })

  it('is overridden by the manifest, keys included', () => {
    const found = installed(manifest({ env: { KEY: 'Bearer ${user_config.key}' } }, { key: { ...text, sensitive: true } }), {
      values: { key: '__encrypted__:djEw' },
    })
    expect(entry(found, { settings: { key: '${secret:K}' }, keys: { K: 'k-1' } })).toMatchObject({ env: { KEY: 'Bearer k-1' } })
    expect(render('notes', situation(found, { settings: { key: '${secret:K}' } }))).toMatchObject({ kind: 'refuse', needsKey: true })
  })
})

describe('texts of a bundle', () => {
  it('never become templates of ours, however they are put together', () => {
    const piece = fc.constantFrom(
      '$',
      '{',
      '$$',
      '{secret:K}',
      '${secret:K}',
      'secret:K}',
      '${path:~/x}',
      '${env:E}',
      'x',
      '${user_config.a}',
      '${user_config.b}',
    )
    const piecesOf = fc.array(piece, { maxLength: 5 }).map((pieces) => pieces.join(''))
    fc.assert(
      fc.property(piecesOf, piecesOf, fc.constantFrom('${secret:OWN}', '$', '{', '$$', 'x'), (raw, given, own) => {
        const values = { a: given.replaceAll('user_config', 'x'), b: '$' }
        const keys = { K: 'THE-KEY', OWN: 'own' }
        const options = { a: text, b: text, own: text }
        const place = { keys, settings: { own } }
        const made = JSON.stringify(argsOf([`${raw}\${user_config.own}${raw}`, raw], options, values, place))
        expect(made).not.toContain('THE-KEY')
      }),
    )
  })

  it('stay as they are', () => {
    const args = ['${secret:K}', '$${env:HOME}', '${user_config.a}{secret:K}', '${user_config.b}', '${__dirname}/${secret:K}']
    const made = argsOf(args, { a: text, b: text }, { a: '$', b: '${secret:K}' }, { keys: { K: 'no' } })
    expect(made.slice(0, 4)).toEqual(['${secret:K}', '$${env:HOME}', '${secret:K}', '${secret:K}'])
    expect(made[4]).toMatch(/\/\$\{secret:K\}$/)
  })

  it('may stand right before a key', () => {
    const place = { settings: { own: '${secret:OWN}' }, keys: { OWN: 'own' } }
    expect(argsOf(['cost$${user_config.own}{x}'], { own: text }, {}, place)).toEqual(['cost$own{x}'])
    const odd = { settings: { own: '$', more: 'm' }, keys: { K: 'THE-KEY' } }
    const raw = '${user_config.own}{secret:K}${user_config.more}'
    expect(argsOf([raw], { own: text, more: text }, {}, odd)).toEqual(['${secret:K}m'])
  })
})

describe('an extension that cannot be started', () => {
  const refusal = (found: InstalledExtension, place: Place = {}) => render('notes', situation(found, place))

  it.each<[string, InstalledExtension, string]>([
    ['was not agreed to', installed(manifest(), { agreed: false }), `mcp-twin add extension:${id}`],
    ['needs the value "a"', installed(manifest({}, { a: { ...text, required: true } }), { values: { a: '' } }), 'set it in Claude Desktop'],
    ['is a key', installed(manifest({}, { a: { ...text, sensitive: true } }), { values: { a: 'x' } }), `mcp-twin add extension:${id}`],
    ['is a key', installed(manifest({}, { a: text }), { values: { a: '__encrypted__:x' } }), `mcp-twin add extension:${id}`],
    [
      'its manifest.json cannot be read',
      { ...installed(manifest()), manifest: null, trouble: 'its manifest.json cannot be read' },
      'mcp-twin remove notes',
    ],
    ['cannot be reached', installed(manifest({}, { a: { type: 'file' } }), { values: { a: '\\\\nas\\share\\x' } }), 'choose another'],
  ])('says why and what helps: %s', (words, found, hint) =>
    expect(refusal(found)).toMatchObject({ kind: 'refuse', reason: expect.stringContaining(words), hint: expect.stringContaining(hint) }),
  )

  it('is one that is gone, or that nobody can look at', () => {
    const trouble = { reason: 'interop is off', hint: 'switch it on' }
    const without = (extensions: object) =>
      render('notes', { server: { extension: id }, more: { extensions: { found: new Map(), trouble: null, ...extensions } } })
    expect(without({})).toMatchObject({ kind: 'refuse', hint: 'mcp-twin remove notes' })
    expect(without({ trouble })).toMatchObject({ kind: 'refuse', ...trouble })
  })

  it('is one without a node on the side where it runs', () => {
    const { node: _, ...bare } = ubuntu
    expect(refusal(installed(manifest()), { environment: bare })).toMatchObject({
      kind: 'refuse',
      reason: expect.stringContaining('there is no node'),
    })
  })
})

describe('what is agreed to of an extension', () => {
  const digest = (...words: Parameters<typeof manifest>) => extensionDigest(id, manifest(...words))
  it.each<[string, Parameters<typeof manifest>]>([
    ['another version', [{}, {}, '1.0.1']],
    ['another command', [{ command: 'deno' }]],
    ['another argument', [{ args: [index, '--more'] }]],
    ['another variable', [{ env: { NODE_OPTIONS: '${user_config.a}' } }]],
    ['another default', [{}, { a: { ...text, default: 'x' } }]],
    ['other words for one system', [{ platform_overrides: { linux: { command: 'sh' } } }]],
  ])('is another with %s', (_what, words) => expect(digest(...words)).not.toBe(digest()))

  it('stays the same when a person is asked in other words', () =>
    expect(digest({}, { a: { ...text, title: 'B' } })).toBe(digest({}, { a: { ...text, title: 'A' } })))
})
