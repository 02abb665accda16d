// The build: `src/main.ts` with every npm dependency bundled into `dist/`, so that the published package has none
// at run time and one side's copy of the program is a plain copy of files. `main.mjs` holds what `--version` and `--help`
// need; what it imports lazily is built into parts that are loaded with their compiled code (see load-part.mjs).
import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, readdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { dirname, join, relative, sep } from 'node:path'
import { fileURLToPath } from 'node:url'
import { build, defineConfig } from 'rolldown'

const root = fileURLToPath(new URL('..', import.meta.url))
/** Run as a program, it builds beside `dist` and then takes its place: a build that is interrupted leaves what was there. */
const isProgram = process.argv[1] === fileURLToPath(import.meta.url)
const finished = join(root, 'dist')
const dist = isProgram ? join(root, 'dist.new') : finished
const main = join(root, 'src', 'main.ts')

/** What the package consists of; `installSelf` copies the same list. */
const shipped = ['package.json', 'LICENSE', 'bin', 'dist', 'templates']

/** `import('./cli/run.ts')` in main.ts: the part `cli-run`. */
const lazy = /\bimport\('\.\/([^']+)\.ts'\)/g
const partName = (path) => path.replaceAll('/', '-')
const parts = () => [...readFileSync(main, 'utf8').matchAll(lazy)].map(([, path]) => [partName(path), join(root, 'src', `${path}.ts`)])

/** The package folder that a bundled module came from, null for our own sources. */
function packageFolder(module) {
  if (!module.includes(`${sep}node_modules${sep}`)) return null
  for (let folder = dirname(module); folder !== dirname(folder); folder = dirname(folder)) {
    const file = join(folder, 'package.json')
    // Folders inside a package may hold a nameless package.json that only sets the module type.
    if (existsSync(file) && JSON.parse(readFileSync(file, 'utf8')).version) return folder
  }
  return null
}

function licenceOf(folder) {
  const { name, version, license, homepage } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'))
  const file = readdirSync(folder).find((each) => /^(licen[cs]e|copying)(\.|$)/i.test(each))
  const text = file ? readFileSync(join(folder, file), 'utf8').trim() : '(the package ships no licence text)'
  const lines = [`${name} ${version} (${license ?? 'unknown'})`, homepage, '', text]
  return { key: `${name}@${version}`, text: lines.filter((line) => line !== undefined).join('\n') }
}

/** The licences of everything bundled ask that their text goes along. */
const thirdParty = (fileName) => ({
  name: 'third-party',
  generateBundle(_options, bundle) {
    const modules = Object.values(bundle).flatMap((chunk) => (chunk.type === 'chunk' ? chunk.moduleIds : []))
    const folders = new Set(modules.map(packageFolder).filter((folder) => folder !== null))
    const licences = [...folders].map(licenceOf).sort((a, b) => (a.key < b.key ? -1 : 1))
    const head = 'mcp-twin contains these packages, each under its own licence.'
    const rule = `\n\n${'-'.repeat(80)}\n\n`
    const source = `${[head, ...licences.map(({ text }) => text)].join(rule)}\n`
    this.emitFile({ type: 'asset', fileName, source })
  },
})

/** In main.ts only: a lazy import becomes the loading of a part. */
const loadParts = {
  name: 'load-parts',
  transform(code, id) {
    if (id !== main) return null
    const loading = code.replace(lazy, (_found, path) => `loadPart('${partName(path)}.cjs')`)
    return `import { loadPart } from './load-part.mjs'\n${loading}`
  },
}

/**
 * `import process from 'node:process'` becomes the process that is there anyway. The interop of a bundle, and node's own of
 * ES modules, copy every export, and so read `process.title`: node before 26 ends at once when Windows' console title is
 * empty (nodejs/node#58695: "Assertion failed: process_title"), as another program may have left it
 * (anthropics/claude-code#52595); seen with node 22.23 under Wine in a process without a console.
 */
const onlyProcess = {
  name: 'only-process',
  transform(code) {
    const plain = code.replace(/\bimport\s+(\w+)\s+from\s*(["'])(?:node:)?process\2;?/g, 'const $1 = globalThis.process;')
    return plain === code ? null : plain
  },
}

/**
 * Our own zod apart from the one that the SDK's client brings: of theirs every kind of schema is used, of ours a dozen, and
 * what both need would be one part that every command loads. A module with the mark is the same file once more.
 */
const mark = '?own'
const ownZod = {
  name: 'own-zod',
  async resolveId(source, importer) {
    if (source !== 'zod/mini' && importer?.endsWith(mark) !== true) return null
    const found = await this.resolve(source, importer?.replace(mark, ''), { skipSelf: true })
    return found && { id: found.id + mark, moduleSideEffects: false }
  },
  load: (id) => (id.endsWith(mark) ? readFileSync(id.slice(0, -mark.length), 'utf8') : null),
}

// Letters beyond ASCII are written as escapes: V8 keeps a text of ASCII alone in half the memory. They occur only in strings,
// templates and regular expressions, where an escape means the same.
const onlyAscii = {
  name: 'only-ascii',
  generateBundle(_options, bundle) {
    for (const chunk of Object.values(bundle)) if (chunk.type === 'chunk') chunk.code = escaped(chunk.code)
  },
}
const escaped = (code) => code.replace(/[\u0080-\uffff]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`)

function filesUnder(path) {
  if (!existsSync(path)) return []
  const names = readdirSync(path, { withFileTypes: true, recursive: true })
  return names.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath ?? entry.path, entry.name))
}

/**
 * `dist/help.txt`: the first help page, printed once here, so that `--help` need not load the command line parser and
 * every command's flags (half as much time again as an empty program takes). Without the file they are loaded.
 */
function writeHelp() {
  const env = { PATH: process.env.PATH, HOME: dist, NO_COLOR: '1', COLUMNS: '80' }
  const text = execFileSync(process.execPath, [join(dist, 'main.mjs'), '--help'], { env, encoding: 'utf8', timeout: 30_000 })
  writeFileSync(join(dist, 'help.txt'), text)
}

/** `dist/id.txt`: version and a digest of everything shipped. It says whether an installed copy is this very code. */
function writeIdentity() {
  const placeOf = (name) => (name === 'dist' ? dist : join(root, name))
  const own = join(dist, 'id.txt')
  const files = shipped.flatMap((name) => {
    const place = placeOf(name)
    const found = /\./.test(name) || name === 'LICENSE' ? [place] : filesUnder(place)
    return found
      .filter((file) => file !== own && existsSync(file))
      .map((file) => ({ file, name: join(name, relative(place, file)).split(sep).join('/') }))
  })
  const hash = createHash('sha256')
  for (const { file, name } of files.sort((one, other) => (one.name < other.name ? -1 : 1))) {
    const bytes = readFileSync(file)
    hash.update(`${name}\0${bytes.length}\0`).update(bytes)
  }
  const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'))
  writeFileSync(own, `${version}-${hash.digest('hex').slice(0, 12)}\n`)
}

const finish = {
  name: 'finish',
  writeBundle() {
    // Programs that run meanwhile may put something there.
    rmSync(join(root, '.cache', 'compiled'), { recursive: true, force: true, maxRetries: 10 })
    try {
      writeHelp()
    } catch (error) {
      this.warn(`no dist/help.txt: ${error.message}`)
    }
    writeIdentity()
  },
}

const input = {
  platform: 'node',
  tsconfig: join(root, 'tsconfig.json'),
  transform: {
    target: 'node20',
    // ws would look for native addons of these names in every node_modules folder above; it does without them.
    define: { 'process.env.WS_NO_BUFFER_UTIL': '"1"', 'process.env.WS_NO_UTF_8_VALIDATE': '"1"' },
  },
  // jsonc-parser's CommonJS form hides its parts from bundlers; its ES form does not.
  resolve: { mainFields: ['module', 'main'] },
}
const output = {
  dir: dist,
  sourcemap: false,
  // Names appear in `--verbose` stacks and in libraries' messages. The bundler's own `keepNames` would wrap each in a call.
  minify: {
    mangle: { keepNames: true },
    compress: { keepNames: { function: true, class: true } },
    codegen: { removeWhitespace: true },
  },
  comments: false,
}

/**
 * What a command loads at start, in few files: shared modules would fall into a hundred small ones, each of which costs a part of
 * a millisecond. Each group holds all static imports of its modules that no earlier group has: first what every command line
 * needs, then the hook of Claude Code, then `sync`, whose modules most commands share.
 */
const startGroups = { start: ['cli/run.ts', 'system/node.ts'], inbox: ['commands/inbox.ts'], sync: ['commands/sync.ts'] }

/** The group of each module. `context`: what rolldown gives a function that names chunks; it knows who imports what. */
function groupNames(context) {
  const names = new Map()
  for (const [name, files] of Object.entries(startGroups)) {
    const waiting = files.map((file) => join(root, 'src', file))
    for (let id = waiting.pop(); id !== undefined; id = waiting.pop()) {
      if (names.has(id)) continue
      names.set(id, name)
      waiting.push(...(context.getModuleInfo(id)?.importedIds ?? []))
    }
  }
  return names
}
let names
const groups = Object.keys(startGroups).map((name, index, { length }) => ({
  name(id, context) {
    names ??= groupNames(context)
    return names.get(id) === name ? name : null
  },
  priority: length - index,
}))

/** The bridge, for which every program with an entry of ours waits: by itself, so that what it needs at once is one file. */
const isBridge = ([name]) => name === 'serve'
const cjs = { ...output, format: 'cjs', entryFileNames: '[name].cjs' }

/** What the page of `ui` consists of besides its program. */
const pageFiles = {
  name: 'page-files',
  generateBundle() {
    for (const name of ['index.html', 'page.css', 'icon.svg'])
      this.emitFile({ type: 'asset', fileName: name, source: readFileSync(join(root, 'src', 'page', name), 'utf8') })
  },
}

const config = defineConfig([
  {
    ...input,
    input: Object.fromEntries(parts().filter((part) => !isBridge(part))),
    plugins: [ownZod, onlyProcess, onlyAscii, thirdParty('THIRD-PARTY.txt')],
    output: { ...cjs, cleanDir: true, chunkFileNames: '[name]-[hash].cjs', codeSplitting: { groups } },
  },
  {
    ...input,
    input: Object.fromEntries(parts().filter(isBridge)),
    // The SDK's own module of this name brings a JSON Schema validator that costs 12 ms of every start; see there.
    resolve: { ...input.resolve, alias: { '@modelcontextprotocol/server/_shims': join(root, 'src/bridge/transports/sdk-shims.ts') } },
    // Nothing is moved out of the entry for its chunks' sake: they take what they need from it.
    preserveEntrySignatures: 'allow-extension',
    plugins: [onlyProcess, onlyAscii, thirdParty('THIRD-PARTY-SERVE.txt')],
    // All that is imported at start in one file: each further file costs a part of a millisecond.
    output: { ...cjs, chunkFileNames: 'serve-[name]-[hash].cjs', codeSplitting: { groups: [{ name: 'start', tags: ['$initial'] }] } },
  },
  {
    ...input,
    // What runs in the process of each plugin, a program of its own.
    input: { 'plugin-child': join(root, 'src/bridge/plugins/child/main.ts') },
    plugins: [onlyProcess, onlyAscii, thirdParty('THIRD-PARTY-PLUGIN.txt')],
    output: { ...cjs, codeSplitting: false },
  },
  {
    // The page of `ui`, for browsers: one file, which no command of ours reads.
    input: { page: join(root, 'src/page/main.tsx') },
    platform: 'browser',
    tsconfig: join(root, 'src/page/tsconfig.json'),
    transform: { target: 'es2022', jsx: { runtime: 'automatic', importSource: 'preact' } },
    plugins: [onlyAscii, thirdParty('THIRD-PARTY.txt'), pageFiles],
    output: { dir: join(dist, 'page'), format: 'iife', entryFileNames: '[name].js', minify: true, comments: false, codeSplitting: false },
  },
  {
    ...input,
    input: { main },
    plugins: [onlyProcess, loadParts, finish],
    output: { ...output, format: 'esm', entryFileNames: '[name].mjs', codeSplitting: false },
  },
])

export default config

/** Whether all of `dist` was made after the newest change of what it is made of. */
function isFresh() {
  const made = statSync(join(finished, 'id.txt'), { throwIfNoEntry: false })?.mtimeMs ?? 0
  const sources = [
    'package.json',
    'package-lock.json',
    ...['bin', 'src', 'templates'].flatMap((name) => [name, ...foldersAndFiles(join(root, name))]),
  ]
  return sources.every((name) => (statSync(join(root, name), { throwIfNoEntry: false })?.mtimeMs ?? 0) < made)
}
const foldersAndFiles = (folder) => readdirSync(folder, { recursive: true }).map((name) => join(relative(root, folder), name))

/**
 * `npm install` builds, and so does npm's own `npx mcp-twin` in the checkout the first time: with `--if-needed` that takes no
 * time. It says nothing unless something is wrong, where rolldown's own command lists every part.
 */
async function run() {
  if (process.argv.includes('--if-needed') && isFresh()) return
  rmSync(dist, { recursive: true, force: true })
  for (const each of config) await build({ ...each, logLevel: 'silent' })
  const former = join(root, 'dist.old')
  rmSync(former, { recursive: true, force: true })
  if (existsSync(finished)) renameSync(finished, former)
  renameSync(dist, finished)
  rmSync(former, { recursive: true, force: true })
}

if (isProgram) await run()
