import { describe, expect, it } from 'vitest'
import { matching, readEntries, readEntry, type RegistryEntry } from '../../../src/core/registry/entry.ts'
import { filled, isSafeAddress, offerOf, slotsOf } from '../../../src/core/registry/offer.ts'
import { readWhat } from '../../../src/core/import/pasted/what.ts'

const meta = (status: string) => ({ 'io.modelcontextprotocol.registry/official': { status } })
function entry(server: object, status = 'active'): RegistryEntry {
  const read = readEntry({
    server: { name: 'io.github.ana/notes', description: 'Notes', version: '1.0.0', ...server },
    _meta: meta(status),
  })
  if (read === null) throw new Error('that is no entry')
  return read
}
const npm = { registryType: 'npm', identifier: '@ana/notes', version: '1.0.0', transport: { type: 'stdio' } }
const remote = { type: 'streamable-http', url: 'https://notes.example/mcp' }
const offered = (server: object, remoteOnly = false) => {
  const offer = offerOf(entry(server), remoteOnly)
  if ('refuse' in offer) throw new Error(offer.refuse)
  return offer
}
const server = (raw: object, values: Record<string, string> = {}) => filled(offered(raw), ({ label }) => values[label] ?? '?')

describe('a server of the registry', () => {
  it('becomes the npm package in its exact version, before PyPI and an address', () => {
    const pypi = { registryType: 'pypi', identifier: 'notes', version: '2.0.1', transport: { type: 'stdio' } }
    expect(server({ packages: [pypi, npm], remotes: [remote] })).toEqual({ package: '@ana/notes@1.0.0' })
    expect(server({ packages: [pypi], remotes: [remote] })).toEqual({ pypi: 'notes@2.0.1' })
    expect(filled(offered({ packages: [npm], remotes: [remote] }, true), () => '')).toEqual({ url: remote.url, transport: 'http' })
    expect(server({ remotes: [{ ...remote, type: 'sse' }] })).toEqual({ url: remote.url, transport: 'sse' })
  })

  it('takes fixed values and defaults, asks for what is required, and leaves out what is optional', () => {
    const offer = offered({
      packages: [
        {
          ...npm,
          ...{ registryBaseUrl: 'https://registry.npmjs.org/', runtimeHint: 'bunx' },
          packageArguments: [
            { type: 'positional', value: 'serve' },
            { type: 'named', name: '--port', default: '8080' },
            { type: 'named', name: '--dir', isRequired: true, format: 'filepath' },
            { type: 'named', name: '--more' },
          ],
          environmentVariables: [
            { name: 'NOTES_KEY', isRequired: true, isSecret: true },
            { name: 'MODE', isRequired: true, choices: ['a', 'b'] },
            { name: 'EXTRA', isSecret: true },
          ],
        },
      ],
    })
    expect(offer.left).toEqual(['--more', 'EXTRA'])
    expect(slotsOf(offer)).toMatchObject([
      { label: '--dir', isSecret: false },
      { label: 'NOTES_KEY', isSecret: true, isVariable: true },
      { label: 'MODE', choices: ['a', 'b'] },
    ])
    expect(filled(offer, ({ label }) => `<${label}>`)).toEqual({
      ...{ package: '@ana/notes@1.0.0', args: ['serve', '--port', '8080', '--dir', '<--dir>'] },
      env: { NOTES_KEY: '<NOTES_KEY>', MODE: '<MODE>' },
    })
  })

  it('fills the variables of a header and of an address', () => {
    const headers = [
      { name: 'Authorization', isRequired: true, value: 'Bearer {token}', variables: { token: { isSecret: true, isRequired: true } } },
    ]
    const raw = { remotes: [{ ...remote, url: 'https://notes.example/{team}/mcp', variables: { team: { description: 'Team' } }, headers }] }
    expect(server(raw, { team: 'blue', token: 'T' })).toMatchObject({
      ...{ url: 'https://notes.example/blue/mcp', headers: { Authorization: 'Bearer T' } },
    })
  })

  it.each<[string, object, RegExp]>([
    ['another registry of packages', { packages: [{ ...npm, registryBaseUrl: 'https://npm.evil.test' }] }, /npm\.evil\.test/],
    [
      'arguments to what starts it',
      { packages: [{ ...npm, runtimeArguments: [{ type: 'named', name: '--registry' }] }] },
      /what starts it/,
    ],
    ['arguments to what starts it that are no list', { packages: [{ ...npm, runtimeArguments: '--registry=x' }] }, /what starts it/],
    ['arguments to what starts it that are no objects', { packages: [{ ...npm, runtimeArguments: ['--registry=x'] }] }, /what starts it/],
    ['several registries of packages', { packages: [{ ...npm, registryBaseUrl: ['https://npm.evil.test'] }] }, /npm\.evil\.test/],
    ['a user name in a registry of packages', { packages: [{ ...npm, registryBaseUrl: 'https://a@registry.npmjs.org' }] }, /a@registry/],
    ['another port of the registry of packages', { packages: [{ ...npm, registryBaseUrl: 'https://registry.npmjs.org:444' }] }, /:444/],
    ['variables that are no list', { packages: [{ ...npm, environmentVariables: { name: 'A', value: 'x' } }] }, /cannot be read/],
    ['a NUL in an argument', { packages: [{ ...npm, packageArguments: [{ type: 'positional', value: 'a\0b' }] }] }, /NUL/],
    ['a blank before the name of a package', { packages: [{ ...npm, identifier: ' notes' }] }, /no name of a package/],
    ['a range', { packages: [{ ...npm, version: '^1.0.0' }] }, /no exact version/],
    ['a tag', { packages: [{ ...npm, version: 'latest' }] }, /no exact version/],
    ['no version', { packages: [{ ...npm, version: undefined }] }, /no exact version/],
    ['an address for a package', { packages: [{ ...npm, identifier: 'https://evil.test/x.tgz' }] }, /no name of a package/],
    ['a repository for a package', { packages: [{ ...npm, identifier: 'github:a/b' }] }, /no name of a package/],
    ['a flag for a Python package', { packages: [{ ...npm, registryType: 'pypi', identifier: '--index-url=x' }] }, /no name of a package/],
    ['a range of a Python package', { packages: [{ ...npm, registryType: 'pypi', identifier: 'x', version: '>=1' }] }, /no exact version/],
    ['an image', { packages: [{ ...npm, registryType: 'oci', identifier: 'docker.io/x' }] }, /docker/],
    ['a bundle', { packages: [{ ...npm, registryType: 'mcpb', identifier: 'https://x/y.mcpb' }] }, /bundle/],
    ['a kind of the future', { packages: [{ ...npm, registryType: 'cargo' }] }, /cannot be installed/],
    ['a package that listens', { packages: [{ ...npm, transport: { type: 'streamable-http', url: 'http://127.0.0.1:1' } }] }, /stdio/],
    ['a plain address', { remotes: [{ ...remote, url: 'http://notes.example/mcp' }] }, /its address is/],
    ['another scheme', { remotes: [{ ...remote, url: 'file:///etc/passwd' }] }, /its address is/],
    ['a gap that nothing explains', { remotes: [{ ...remote, url: 'https://notes.example/{team}' }] }, /gap/],
    ['another transport', { remotes: [{ ...remote, type: 'ws' }] }, /not known/],
    ['a header that splits', { remotes: [{ ...remote, headers: [{ name: 'A\r\nB', value: 'x' }] }] }, /name of a value/],
    ['nothing', {}, /neither a package nor an address/],
  ])('is refused with %s, and says the way by hand', (_, raw, words) => {
    expect(offerOf(entry(raw), false)).toMatchObject({ refuse: expect.stringMatching(words), hint: expect.stringMatching(/./) })
  })

  it.each([
    'NODE_OPTIONS',
    'node_options',
    'LD_PRELOAD',
    'DYLD_INSERT_LIBRARIES',
    'PYTHONPATH',
    'PATH',
    'Path',
    'npm_config_registry',
    'UV_INDEX_URL',
  ])('is refused with the variable %s', (name) => {
    const raw = { packages: [{ ...npm, environmentVariables: [{ name, value: 'x' }] }] }
    expect(offerOf(entry(raw), false)).toMatchObject({ refuse: expect.stringContaining('changes how programs start') })
  })

  it.each(['HTTPS_PROXY', 'all_proxy', 'NODE_TLS_REJECT_UNAUTHORIZED', 'SSL_CERT_FILE', 'HOME', 'DOCKER_HOST'])(
    'takes the variable %s from a person alone',
    (name) => {
      const offer = (input: object) => offerOf(entry({ packages: [{ ...npm, environmentVariables: [{ name, ...input }] }] }), false)
      expect(offer({ value: 'x' })).toMatchObject({ refuse: expect.stringContaining('changes whom programs trust') })
      expect(offer({ default: 'x' })).toMatchObject({ refuse: expect.stringContaining('changes whom programs trust') })
      expect(offer({ isRequired: true })).toMatchObject({ env: [[name, [{ label: name }]]] })
      expect(offer({})).toMatchObject({ env: [], left: [name] })
    },
  )

  it.each(['ENV', 'MODE', 'NODE_ENV'])('may set a variable that only its own code reads: %s', (name) => {
    expect(server({ packages: [{ ...npm, environmentVariables: [{ name, value: 'x' }] }] })).toMatchObject({ env: { [name]: 'x' } })
  })

  it.each(['${secret:GITHUB_TOKEN}', '${env:HOME}', '${GITHUB_TOKEN}', '%USERPROFILE%'])(
    'may not take values of this computer: %s',
    (value) => {
      for (const raw of [
        { packages: [{ ...npm, environmentVariables: [{ name: 'X', value }] }] },
        { packages: [{ ...npm, packageArguments: [{ type: 'positional', default: value }] }] },
        { remotes: [{ ...remote, headers: [{ name: 'X', value: `a {b}`, variables: { b: { value } } }] }] },
        { remotes: [{ ...remote, url: `https://notes.example/${value}` }] },
      ])
        expect(offerOf(entry(raw), false)).toMatchObject({ refuse: expect.any(String) })
    },
  )

  it.each<[string, Record<string, unknown>]>([
    ['with variables that explain nothing', { value: '${secret:GITHUB_TOKEN}', variables: {} }],
    ['in the value of a variable', { value: '${a}', variables: { a: { value: '{secret:GITHUB_TOKEN}' } } }],
    ['in two variables', { value: '{a}{b}', variables: { a: { value: '$' }, b: { default: '{secret:GITHUB_TOKEN}' } } }],
    ['around what a person gives', { value: '${a{b}', variables: { b: { isRequired: true } } }],
    ['as Windows writes it', { value: '{a}{b}', variables: { a: { value: '%' }, b: { value: 'USERPROFILE%' } } }],
  ])('may not take values of this computer in pieces: %s', (_, input) => {
    for (const raw of [
      { packages: [{ ...npm, environmentVariables: [{ name: 'X', ...input }] }] },
      { packages: [{ ...npm, packageArguments: [{ type: 'positional', ...input }] }] },
      { remotes: [{ ...remote, headers: [{ name: 'X', ...input }] }] },
    ])
      expect(offerOf(entry(raw), false)).toMatchObject({ refuse: expect.stringContaining('a value of this computer') })
  })

  it('may not take a key in the name of an argument', () => {
    const packageArguments = [{ type: 'named', name: '${secret:GITHUB_TOKEN}', value: 'x' }]
    expect(offerOf(entry({ packages: [{ ...npm, packageArguments }] }), false)).toMatchObject({ refuse: expect.any(String) })
  })

  it.each(['--privileged -v /:/host evil', '-v', 'x"; rm -rf ~; "', 'x\nmcp-twin uninstall', 'a b'])(
    'names no line to paste for an image called %j',
    (identifier) => {
      const { hint } = offerOf(entry({ packages: [{ ...npm, registryType: 'oci', identifier }] }), false) as { hint: string }
      expect(hint).toBe('its page says how to start it')
    },
  )

  it('is refused when it was deleted, whatever it has', () => {
    expect(offerOf(entry({ packages: [npm] }, 'deleted'), false)).toMatchObject({ refuse: expect.stringContaining('deleted') })
  })
})

describe('what the registry answers', () => {
  it('is read as far as it has names, and nothing else counts', () => {
    const good = { server: { name: 'a.b/c', version: '1' } }
    const read = readEntries({ servers: [good, { server: { name: 'no slash', version: '1' } }, 7, null], metadata: { nextCursor: 'x' } })
    expect(read).toMatchObject({ entries: [{ name: 'a.b/c', status: 'active' }], more: true })
    for (const odd of [null, [], 'x', {}, { servers: {} }]) expect(readEntries(odd)).toBeNull()
  })

  it('is searched for all words in name, title and description', () => {
    const all = [
      entry({ name: 'a.b/browser', description: 'Automation' }),
      entry({ name: 'a.b/other', title: 'Browser', description: 'automation too' }),
      entry({ name: 'a.b/browser-only', description: 'x' }),
    ]
    expect(matching(all, ['browser', 'AUTOMATION']).map(({ name }) => name)).toEqual(['a.b/browser', 'a.b/other'])
  })
})

describe('the address of a registry', () => {
  it.each<[string, boolean]>([
    ['https://registry.example', true],
    ['http://127.0.0.1:4000', true],
    ['http://localhost', true],
    ['http://[::1]:1', true],
    ['http://registry.example', false],
    ['http://127.0.0.1.evil.test', false],
    ['https://user:pass@registry.example', false],
    ['file:///x', false],
    ['x', false],
  ])('%s: %s', (address, isSafe) => expect(isSafeAddress(address)).toBe(isSafe))
})

describe('a word after add', () => {
  const kind = (word: string) => readWhat(word, ['tavily'], () => null)

  it('is a name of the registry with a dot before its only slash', () => {
    expect(kind('io.github.ana/notes')).toEqual({ kind: 'registry', name: 'io.github.ana/notes', version: null })
    expect(kind('io.github.ana/notes@1.2.0-rc.1')).toEqual({ kind: 'registry', name: 'io.github.ana/notes', version: '1.2.0-rc.1' })
    for (const word of ['@io.github/notes', 'ana/notes', 'io.github/a/b', './a.b/c', '../x', 'tavily', 'a.b/c@', 'https://a.b/c'])
      expect(kind(word)).not.toMatchObject({ kind: 'registry' })
  })
})
