import { readdirSync, readFileSync } from 'node:fs'
import { basename, dirname, join, relative, sep } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { clients } from '../src/catalog/clients/index.ts'

const src = fileURLToPath(new URL('../src', import.meta.url))

/** Which parts a part may import, besides itself. A part is a folder of src/, or a file directly in it. */
const layers: Record<string, readonly string[]> = {
  main: ['*'],
  serve: ['*'],
  cli: ['commands', 'ui', 'context', 'model', 'errors', 'version'],
  context: ['errors', 'model'],
  errors: [],
  version: [],
  commands: ['effects', 'core', 'catalog', 'ui', 'bridge', 'window', 'model', 'context', 'errors', 'version'],
  window: ['effects', 'core', 'ui', 'model', 'context', 'errors'],
  page: ['model', 'ui'],
  bridge: ['effects', 'core', 'catalog', 'model', 'errors', 'version'],
  effects: ['core', 'catalog', 'model', 'errors', 'version'],
  catalog: ['core', 'model', 'errors'],
  core: ['model', 'errors'],
  system: ['model', 'errors'],
  ui: ['model', 'context', 'errors'],
  model: ['errors'],
}

/** Where a part may name types of another part besides, since they bind nothing at run time. */
const typesToo: Record<string, readonly string[]> = { effects: ['context'], ui: ['core'], commands: ['cli'] }

/** Each third-party package, and the places that may import it. */
const doors: Record<string, readonly string[]> = {
  'jsonc-parser': ['core/formats/json'],
  'smol-toml': ['core/formats/toml'],
  '@inquirer': ['ui'],
  chalk: ['ui'],
  commander: ['cli'],
  zod: ['model'],
  ws: ['bridge/transports'],
  pg: ['bridge/machines'],
  '@modelcontextprotocol': ['effects/run', 'effects/login', 'bridge'],
  preact: ['page'],
  '@preact/signals': ['page'],
}

/** Where a key may be taken out of its wrapper: to be spliced, written, compared, or handed to a child. */
const revealers = [
  ...[
    'commands/secret.ts',
    'core/keys/by-name.ts',
    'core/keys/naming.ts',
    'core/launch/templates.ts',
    'core/plan/file.ts',
    'core/plan/launches.ts',
    'core/plan/wanted.ts',
    'core/import/found.ts',
  ],
  ...['effects/run/login-session.ts', 'effects/store/logins.ts', 'effects/login/target.ts', 'effects/login/revoke.ts'],
  ...['effects/run/find.ts', 'effects/run/launches.ts', 'effects/run/project.ts', 'effects/run/start.ts'],
  ...['effects/store/secret-copies.ts', 'effects/store/secrets-file.ts', 'effects/store/hidden-keys.ts'],
  ...[
    'effects/sync/adopt.ts',
    'effects/sync/after-undo.ts',
    'effects/sync/checks.ts',
    'effects/sync/apply-file.ts',
    'effects/sync/shared-tools.ts',
    'commands/export.ts',
    'ui/io.ts',
  ],
]

/** Modules of node that reach neither disk, process nor network. */
const harmless = ['buffer', 'crypto', 'events', 'os', 'path', 'stream', 'string_decoder', 'timers/promises', 'url', 'util'].map(
  (name) => `node:${name}`,
)

/**
 * The files of the bridge that may import any other module of node: they are the policy, what stands behind it and opens only
 * what it has checked, or what works on files of the bridge's own. A tool is never among them.
 */
const reaching = [
  ...[
    'canonical',
    'folder',
    'folder-to-open',
    'git',
    'git-config',
    'identity',
    'inside',
    'policy',
    'repositories',
    'roots',
    'rulings',
    'survey',
  ].map((name) => `policy/${name}`),
  ...['directory', 'text-style', 'list', 'lock-file', 'move', 'read', 'replace', 'trash', 'write', 'write-new'].map(
    (name) => `files/${name}`,
  ),
  ...['confirming', 'ignore-files', 'ripgrep', 'search', 'target'].map((name) => `search/${name}`),
  ...['change-file', 'libsql', 'node-sqlite', 'place', 'state'].map((name) => `store/${name}`),
  ...[
    'actions/triggers/folder',
    'actions/triggers/watching',
    'base/access',
    'base/proc',
    'base/small-file',
    'config/config',
    'foreign/watch',
    'handoff/repository/opened',
    'handoff/waiting',
    'handoff/working-tree',
    'lease/endpoint',
    'memory/memory-file',
    'memory/namespace',
    ...['file', 'start-plugin', 'start-process'].map((name) => `plugins/${name}`),
    'records/rotating-file',
    'start/serving',
  ],
]
  .map((name) => `bridge/${name}.ts`)
  .concat('bridge/terminal', 'bridge/transports', 'bridge/plugins/child')

/** The folders of the bridge, from the bottom up: each may import those before it. */
const bridgeFolders = [
  'base',
  'records',
  'policy',
  'config',
  'files',
  'search',
  'terminal',
  'store',
  'lease',
  'memory',
  'handoff',
  'machines',
  'foreign',
  'sharing',
  'actions',
  'transports',
  'plugins',
  'contract',
  'tools',
  'prompts',
  'start',
]

/** The parts of the bridge that may use effects, which ask no policy. */
const withEffects = ['bridge/actions', 'bridge/start', 'bridge/terminal']

/** What a tool may import besides other tools: what takes the policy with each path, or no path at all. */
const forTools = [
  'model/bridge-words.ts',
  'core/count.ts',
  'core/local-time.ts',
  'model/quoted-path.ts',
  ...[
    ...['budget', 'call', 'input', 'limits', 'listing', 'quote', 'redaction', 'refusal', 'text', 'tokens', 'unsent'].map(
      (name) => `base/${name}`,
    ),
    ...['config/options', 'contract/tool', 'transports/carrier'],
    ...['action', 'intake/asking', 'claims', 'finished', 'queue', 'waiting'].map((name) => `actions/${name}`),
    ...['conflicts', 'entry', 'memory', 'near', 'pages', 'reading', 'search'].map((name) => `memory/${name}`),
    ...['claims', 'handoff', 'programs', 'question', 'recipient', 'texts', 'working-tree'].map((name) => `handoff/${name}`),
    'sharing/records',
    ...['copy', 'likely-pairs', 'outbox', 'shown'].map((name) => `machines/${name}`),
    ...['directory', 'edit', 'likely', 'list', 'move', 'names', 'read', 'write'].map((name) => `files/${name}`),
    ...[
      'policy/roots',
      'policy/spelling',
      'store/changes',
      'store/state',
      'store/waiting',
      'search/describe',
      'terminal/mask',
      'terminal/sandbox/notes',
    ],
  ].map((name) => `bridge/${name}.ts`),
]

/** Where the bytes of a manifest may be read. */
const parsers = [
  'core/manifest',
  'effects/manifest',
  'effects/machine/wanted-distros.ts',
  'effects/sync/edit-manifest.ts',
  'bridge/start/own-manifest.ts',
  'bridge/start/config-facts.ts',
]

/** Where the terminal may be written as it is: protocols, version and help, and what other processes of ours print for us to read. */
const writers = ['main.ts', 'serve.ts', 'bridge/terminal/agent.ts', 'effects/machine/node-facts.ts']

/** Where the format of a file may be named. */
const formatNamers = ['core/formats', 'catalog/clients', 'model', 'core/manifest/parse.ts']
const format = /\.format\b|['"](?:strict|jsonc|toml)['"]/g

/** What a bridge loads only when it is needed. */
const late = [
  'core/formats/json/format.ts',
  ...[
    'store/store',
    'lease',
    'machines',
    'memory/memory',
    'handoff/handoff',
    'search/searches',
    'terminal/terminal',
    'transports/http',
  ].map((name) => `bridge/${name}`),
]

/** Where the global `process` may be read: everything else gets the machine handed in. */
const processReaders = [
  ...['main.ts', 'serve.ts', 'system', 'effects/run', 'effects/machine/delegate.ts', 'bridge/store/node-sqlite.ts'],
  'bridge/plugins/child',
]

interface Source {
  readonly path: string
  readonly text: string
  /** The text without comments and string contents, so that words in prose are not taken for code. */
  readonly code: string
  readonly imports: readonly string[]
  /** Those of them that name only types, and so bind nothing at run time. */
  readonly types: readonly string[]
}

const sources: Source[] = readdirSync(src, { recursive: true, encoding: 'utf8' })
  .filter((path) => /\.tsx?$/.test(path))
  .map((path) => read(path.split(sep).join('/'), readFileSync(join(src, path), 'utf8')))

function read(path: string, text: string): Source {
  const code = text
    .replace(/\/\*[\s\S]*?\*\//g, '')
    .replace(/(^|\s)\/\/.*$/gm, '$1')
    .replace(/'(?:\\.|[^'\\\n])*'/g, "''")
    .replace(/`(?:\\.|[^`\\])*`/g, '``')
  // Static, side-effect, dynamic and type-only imports all name their module after one of these words.
  const named = (pattern: RegExp) => [...text.matchAll(pattern)].map((found) => found[1] ?? '')
  const imports = named(/(?:\bfrom|^import|\bimport\()\s*'([^']+)'/gm)
  const types = named(/^(?:import|export) type [^']*? from '([^']+)'/gm)
  return { path, text, code, imports, types }
}

const within = (path: string, places: readonly string[]): boolean => places.some((place) => path === place || path.startsWith(`${place}/`))
const partOf = (path: string): string => (path.includes('/') ? path.slice(0, path.indexOf('/')) : basename(path, '.ts'))
const troubles = (find: (source: Source) => readonly string[]): string[] =>
  sources.flatMap((source) => find(source).map((what) => `${source.path}: ${what}`))

describe('the parts of src', () => {
  it('import only what the rules allow', () => {
    expect(
      troubles(({ path, imports, types }) =>
        imports
          .filter((name) => name.startsWith('.') && /\.tsx?$/.test(name))
          .flatMap((name) => {
            const from = partOf(path)
            const to = partOf(
              relative(src, join(src, dirname(path), name))
                .split(sep)
                .join('/'),
            )
            const allowed = [...(layers[from] ?? []), ...(types.includes(name) ? (typesToo[from] ?? []) : [])]
            return from === to || allowed.includes(to) || allowed.includes('*') ? [] : [`${from} may not import ${to} (${name})`]
          }),
      ),
    ).toEqual([])
  })

  it('give the work of a command its options with the types of their flags', () => {
    const untyped = (code: string) => code.match(/\b[Oo]ptions\??: (?:Readonly<)?Record<string, unknown>/g) ?? []
    expect(troubles(({ path, code }) => (within(path, ['commands', 'cli']) ? untyped(code) : []))).toEqual([])
  })

  it('have no circle of folders in effects, core and bridge', () => {
    // The terminal's folders count as one.
    const folderOf = (path: string) => (within(path, ['bridge/terminal']) ? 'bridge/terminal' : dirname(path))
    const among = sources.filter(({ path }) => within(path, ['effects', 'core', 'bridge']))
    const left = new Map<string, Set<string>>()
    for (const { path, imports } of among) {
      const to = imports.filter((name) => name.startsWith('.')).map((name) => folderOf(join(dirname(path), name).split(sep).join('/')))
      const known = left.get(folderOf(path)) ?? new Set()
      for (const each of to) if (each !== folderOf(path)) known.add(each)
      left.set(folderOf(path), known)
    }
    for (let size = -1; size !== left.size; ) {
      size = left.size
      for (const [folder, to] of left) if (![...to].some((each) => left.has(each))) left.delete(folder)
    }
    expect([...left.keys()]).toEqual([])
  })

  it('never go in a circle, not even by types', () => {
    const left = new Map(sources.map(({ path, imports }) => [path, imports.map((name) => join(dirname(path), name).split(sep).join('/'))]))
    // What imports nothing that is left goes; where nothing can go any more, the rest is a circle and what leads there.
    for (let size = -1; size !== left.size; ) {
      size = left.size
      for (const [path, imports] of left) if (!imports.some((each) => left.has(each))) left.delete(path)
    }
    expect([...left.keys()]).toEqual([])
  })

  it('reach each package by its own door', () => {
    expect(
      troubles(({ path, imports, types }) =>
        imports
          .filter((name) => !name.startsWith('.') && !name.startsWith('node:') && !types.includes(name))
          .filter((name) => {
            const owner = Object.keys(doors).find((door) => name === door || name.startsWith(`${door}/`))
            return owner === undefined || !within(path, doors[owner] ?? [])
          }),
      ),
    ).toEqual([])
  })

  it('leave disk and process to effects and system', () => {
    const pure = ['core', 'catalog', 'model', 'context.ts', 'errors.ts']
    const allowed = ['node:util', 'node:path', 'node:path/posix', 'node:path/win32', 'node:crypto', 'node:url', 'node:zlib']
    expect(
      troubles(({ path, imports }) =>
        within(path, pure) ? imports.filter((name) => name.startsWith('node:') && !allowed.includes(name)) : [],
      ),
    ).toEqual([])
    expect(
      troubles(({ path, code }) =>
        within(path, processReaders) ? [] : [...code.matchAll(/(?<![\w.$'])process\.\w+/g)].map((found) => found[0]),
      ),
    ).toEqual([])
    expect(
      troubles(({ path, code }) =>
        within(path, ['core']) ? [...code.matchAll(/\bDate\.now\(|\bnew Date\(\)|\bMath\.random\(/g)].map((found) => found[0]) : [],
      ),
    ).toEqual([])
  })

  it('read a manifest only by a path that was vetted', () => {
    expect(troubles(({ path, code }) => (/\bparseManifest\(/.test(code) && !within(path, parsers) ? ['parseManifest('] : []))).toEqual([])
    expect(
      troubles(({ path, code }) => (/\bas VettedPath\b/.test(code) && path !== 'effects/store/vet.ts' ? ['as VettedPath'] : [])),
    ).toEqual([])
  })

  it('take keys out of their wrapper only where listed', () => {
    expect(troubles(({ path, code }) => (/\breveal\(/.test(code) && !within(path, revealers) ? ['reveal('] : []))).toEqual([])
  })
})

describe('the lists of this file', () => {
  const some = (place: string, is: (source: Source) => boolean) => sources.some((source) => within(source.path, [place]) && is(source))
  const exists = (place: string) => some(place, () => true) || some(`${place}.ts`, () => true)
  const targets = ({ path, imports }: Source) => imports.map((name) => join(dirname(path), name).split(sep).join('/'))
  const values = ({ imports, types }: Source) => imports.filter((name) => !types.includes(name))
  const raw = (source: Source) => values(source).some((name) => name.startsWith('node:') && !harmless.includes(name))
  const isTool = ({ path }: Source) => within(path, ['bridge/tools'])

  it.each<[string, readonly string[], (row: string) => boolean]>([
    ['parts', [...Object.keys(layers), ...Object.values(layers).flat(), ...Object.keys(typesToo)], (row) => row === '*' || exists(row)],
    ['folders of the bridge', bridgeFolders, (row) => exists(`bridge/${row}`)],
    ['files that take keys out', revealers, (row) => some(row, ({ code }) => /\breveal\(/.test(code))],
    ['files that reach the machine', reaching, (row) => some(row, (source) => raw(source) || hiddenWays(source.code).length > 0)],
    ['parts that use effects', withEffects, (row) => some(row, (source) => targets(source).some((to) => within(to, ['effects'])))],
    ['imports of tools', forTools, (row) => sources.some((source) => isTool(source) && targets(source).includes(row))],
    ['harmless modules', harmless, (row) => some('bridge', (source) => values(source).includes(row))],
    ['readers of process', processReaders, (row) => some(row, ({ code }) => /(?<![\w.$'])process\.\w+/.test(code))],
    ['readers of a manifest', parsers, (row) => some(row, ({ code }) => /\bparseManifest\(/.test(code))],
    ['writers to the terminal', writers, (row) => some(row, ({ text }) => /process\.(?:stdout|stderr)\b/.test(text))],
    ['namers of formats', formatNamers, (row) => some(row, ({ text }) => text.match(format) !== null)],
    ['what is loaded late', late, exists],
  ])('hold no dead row: %s', (_, rows, isAlive) => expect(rows.filter((row) => !isAlive(row))).toEqual([]))

  it('hold no door that nobody uses', () => {
    const uses = (door: string) => (source: Source) => source.imports.some((name) => name === door || name.startsWith(`${door}/`))
    expect(Object.entries(doors).flatMap(([door, places]) => places.filter((place) => !some(place, uses(door))))).toEqual([])
  })
})

/** Ways to a module that no list of imports shows: it is named at run time. */
const hiddenWays = (code: string): readonly string[] =>
  code.match(/\b(?:eval|require|createRequire)\(|\bnew Function\(|\bglobalThis\b|\bimport\((?!'')/g) ?? []

/** How a file of the bridge gets at disks and processes otherwise than it may. */
function pastPolicy({ path, code, imports, types }: Source): string[] {
  if (!within(path, ['bridge'])) return []
  const values = imports.filter((name) => !types.includes(name))
  const isTool = within(path, ['bridge/tools'])
  const raw = values.filter((name) => name.startsWith('node:') && !harmless.includes(name) && (isTool || !within(path, reaching)))
  const foreign = values
    .filter((name) => name.startsWith('.'))
    .map((name) => join(dirname(path), name).split(sep).join('/'))
    .filter((name) => (isTool ? !within(name, ['bridge/tools', ...forTools]) : within(name, ['effects']) && !within(path, withEffects)))
  return [...raw, ...foreign, ...(within(path, reaching) ? [] : hiddenWays(code))]
}

/** The files that a file loads with it: its imports and theirs, without types and what is imported when it is needed. */
function loadedBy(path: string, loaded = new Set<string>()): Set<string> {
  if (loaded.has(path)) return loaded
  loaded.add(path)
  const { text = '' } = sources.find((source) => source.path === path) ?? {}
  for (const [, names = '', from = ''] of text.matchAll(
    /^(?:import|export) (?!type |(?:async )?function |class |const )([^';]*?)(?: from )?'(\.[^']+)'/gm,
  ))
    if (!/^\{(\s*type [^,}]+,?)+\s*\}$/.test(names)) loadedBy(join(dirname(path), from).split(sep).join('/'), loaded)
  return loaded
}

describe('the terminal', () => {
  it('is written only by what makes the text of others safe for it', () => {
    const direct =
      /process\.(?:stdout|stderr)\.write\((?!\s*withoutHidden\(|'', |`\$\{JSON\.stringify\(|`\$\{text\}\\n`\)|JSON\.stringify\(|Date\.now)/g
    expect(troubles(({ path, text }) => (within(path, writers) ? [] : (text.match(direct) ?? [])))).toEqual([])
  })
})

describe('the bridge', () => {
  it('reaches disks and processes only behind its policy', () => {
    expect(troubles(pastPolicy)).toEqual([])
  })

  it('has folders that import only those below them', () => {
    const folderOf = (path: string) => (path.startsWith('bridge/') ? (path.split('/')[1] ?? '') : null)
    expect(
      troubles(({ path, imports }) => {
        const own = folderOf(path)
        if (own === null) return []
        if (!bridgeFolders.includes(own)) return ['in no folder of bridgeFolders']
        return imports.filter((name) => {
          const other = folderOf(join(dirname(path), name).split(sep).join('/'))
          return other !== null && bridgeFolders.indexOf(other) > bridgeFolders.indexOf(own)
        })
      }),
    ).toEqual([])
  })

  it('loads at its start only what the first answers need, since programs wait for it', () => {
    const isLate = (path: string) => within(path, late) || within(path.replace(/\.ts$/, ''), late)
    expect([...loadedBy('serve.ts')].filter(isLate)).toEqual([])
    expect([...loadedBy('bridge/lease/lease.ts')].filter(isLate)).not.toEqual([])
  })

  it.each([
    ['reads a path itself', "import { readFileSync } from 'node:fs'\n"],
    ['reads when it is called', "const read = async () => (await import('node:fs/promises')).readFile\n"],
    ['names the module at run time', "const read = () => import(['node', 'fs'].join(':'))\n"],
    ['has a way to names that are no imports', 'const fs = globalThis.process.getBuiltinModule\n'],
    ['opens what was not checked', "import { openFile } from '../../policy/folder.ts'\n"],
    ['has a policy of its own', "import { Policy } from '../../policy/policy.ts'\n"],
    ['asks the machine', "import { nodeSystem } from '../../../system/node.ts'\n"],
    ['starts a program', "import { programOn } from '../../../effects/machine/program.ts'\n"],
    ['takes a raw way of another part', "import { accessTrouble } from '../../base/access.ts'\n"],
  ])('would not take a tool that %s', (_, text) => {
    expect(pastPolicy(read('bridge/tools/files/planted.ts', text))).not.toEqual([])
  })

  it('would not take a part that reads beside the policy', () => {
    expect(pastPolicy(read('bridge/memory/planted.ts', "import { open } from 'node:fs/promises'\n"))).toEqual(['node:fs/promises'])
    expect(pastPolicy(read('bridge/memory/planted.ts', "import { appendPrivate } from '../../effects/store/x.ts'\n"))).toEqual([
      'effects/store/x.ts',
    ])
    expect(pastPolicy(read('bridge/files/planted.ts', "import type { FileHandle } from 'node:fs/promises'\n"))).toEqual([])
  })
})

describe('the format of a file', () => {
  it('is asked of core/formats alone', () => {
    expect(
      troubles(({ path, text }) => (within(path, formatNamers) ? [] : [...text.matchAll(format)].map((found) => found[0]))),
      'use formatOf(client)',
    ).toEqual([])
  })

  it('is loaded late where few need it', () => {
    const direct = /^import (?!type )[^']*'[^']*\/toml\/[^']*'/gm
    expect(
      troubles(({ path, text }) => (within(path, ['core/formats/toml']) ? [] : [...text.matchAll(direct)].map((found) => found[0]))),
    ).toEqual([])
  })
})

describe('a client', () => {
  const folders = readdirSync(join(src, 'catalog/clients'), { withFileTypes: true }).flatMap((each) =>
    each.isDirectory() ? [each.name] : [],
  )

  it('is a folder, named by its id, in the index', () => {
    expect(clients.map(({ id }) => id).sort()).toEqual(folders.sort())
    const index = sources.find(({ path }) => path === 'catalog/clients/index.ts')
    expect(folders.filter((folder) => !index?.imports.includes(`./${folder}/client.ts`))).toEqual([])
  })

  it('is asked for by what it can do, never by its id', () => {
    const ids = new RegExp(`['"](?:${folders.join('|')})['"]`, 'g')
    // A check may be called like the client that it is about.
    const ownName = /^ {2}id: '[a-z-]+',$/gm
    const bare = ({ path, text }: Source): string => {
      const code = text.replace(/\/\*[\s\S]*?\*\//g, '')
      return within(path, ['catalog/checks']) ? code.replace(ownName, '') : code
    }
    expect(
      troubles((source) => (within(source.path, ['catalog/clients']) ? [] : [...bare(source).matchAll(ids)].map(([id]) => id))),
    ).toEqual([])
  })
})

describe('every file', () => {
  it('has at most 250 lines', () => {
    expect(troubles(({ text }) => (text.trimEnd().split('\n').length > 250 ? [`${text.trimEnd().split('\n').length} lines`] : []))).toEqual(
      [],
    )
  })

  it('has a name that says what it is about', () => {
    expect(troubles(({ path }) => path.split('/').filter((part) => /^(utils?|helpers?|common|shared|misc)(\.ts)?$/.test(part)))).toEqual([])
    expect(troubles(({ path }) => path.split('/').filter((part) => !/^[a-z0-9]+(-[a-z0-9]+)*(\.tsx?)?$/.test(part)))).toEqual([])
  })

  it('exports no type of a name that another file exports, too', () => {
    const exported = sources.flatMap(({ path, code }) =>
      [...code.matchAll(/^export (?:abstract )?(?:interface|type|class) (\w+)/gm)].map(([, name = '']) => ({ name, path })),
    )
    const doubled = exported.filter(({ name }, at) => exported.some((other, nth) => nth !== at && other.name === name))
    expect(doubled.map(({ name, path }) => `${name}: ${path}`).sort(), 'give each a name that says its room').toEqual([])
  })

  it('of the catalog and of the commands is in its index', () => {
    const indexes = sources.filter(({ path }) => /^(catalog\/\w+|cli\/specs|bridge\/tools(\/\w+)?)\/index\.ts$/.test(path))
    expect(
      indexes.flatMap(({ path, imports }) =>
        sources
          // A command's flags stand in cli/specs, its work in commands.
          .filter((other) => [dirname(path), ...(path.startsWith('cli/specs') ? ['commands'] : [])].includes(dirname(other.path)))
          .filter((other) => other.path !== path)
          .filter((other) => !imports.includes(`./${basename(other.path)}`) && !reachedFrom(path, other.path))
          .map((other) => `${other.path} is not reached from ${path}`),
      ),
    ).toEqual([])
  })
})

/** True when a chain of imports inside the folder leads from the index to the file: a part of a registered file. */
function reachedFrom(index: string, file: string, seen = new Set<string>()): boolean {
  if (index === file) return true
  seen.add(index)
  const found = sources.find(({ path }) => path === index)
  return (found?.imports ?? [])
    .filter((name) => name.startsWith('.'))
    .map((name) => join(dirname(index), name).split(sep).join('/'))
    .some((next) => [partOf(index), partOf(file)].includes(partOf(next)) && !seen.has(next) && reachedFrom(next, file, seen))
}

describe('a test', () => {
  it('shares what helps it with other kinds of tests in support/', () => {
    const folder = fileURLToPath(new URL('.', import.meta.url))
    const kinds = ['unit', 'integration', 'e2e', 'e2e-lab', 'soak']
    const borrowed = readdirSync(folder, { recursive: true, encoding: 'utf8' })
      .filter((name) => name.endsWith('.ts'))
      .map((name) => name.split(sep).join('/'))
      .flatMap((name) =>
        [...readFileSync(join(folder, name), 'utf8').matchAll(/(?:from|import\() ?'(\.[^']*)'/g)]
          .map(([, path = '']) => join(dirname(name), path).split(sep).join('/'))
          // Stories of the lab are tests of the lab that have a planted twin.
          .filter((path) => !(name.startsWith('stories/') && path.startsWith('e2e-lab/')))
          .filter((path) => kinds.some((kind) => within(path, [kind]) && !within(name, [kind])))
          .map((path) => `${name}: ${path}`),
      )
    expect(borrowed).toEqual([])
  })

  it('says why it is left out: no early return, no skipIf', () => {
    const folder = fileURLToPath(new URL('.', import.meta.url))
    const silent = readdirSync(folder, { recursive: true, encoding: 'utf8' })
      .filter((name) => name.endsWith('.test.ts'))
      .flatMap((name) => {
        const text = readFileSync(join(folder, name), 'utf8')
        // The body of a test begins below its title; a return in a helper or a callback lies deeper, or elsewhere.
        const returns = text.match(/^( *)it(?:\.|Unless|\().*=> \{\n(?:\1 {2}.*\n){0,3}?\1 {2}if \(.*\) return;?$/gm) ?? []
        const tried = text.match(/^( *)try \{\n(?:\1 {2}.*\n){0,3}?\1 {2}if \(.*\) return;?$/gm) ?? []
        return [...returns, ...tried, ...(text.match(/\b(?:it|describe)\.skipIf\b/g) ?? [])].map((found) => `${name}: ${found}`)
      })
    expect(silent).toEqual([])
  })
})
