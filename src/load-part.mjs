// How the built program loads what `main.ts` imports lazily: parts of `dist/` as CommonJS with V8's compiled code kept beside
// them. Node 20 keeps none by itself (`module.enableCompileCache` is Node 22's, and ES modules cannot be given any); without
// it a third of the start-up of every command is spent on compiling the same text again. The build puts this file
// into `dist/main.mjs`; nothing imports it when the sources run as they are.

// An `import` of one of node's own modules makes a copy of all its exports, and so loads streams and more that nobody asked
// for: five of them cost as much as the rest of this file. `getBuiltinModule` (Node 20.16) does not.
const builtin = process.getBuiltinModule ?? (await import('node:module')).createRequire(import.meta.url)
const { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } = builtin('node:fs')
const { dirname, join } = builtin('node:path')
const { fileURLToPath } = builtin('node:url')
const vm = builtin('node:vm')

const dist = dirname(fileURLToPath(import.meta.url))
/** Beside `dist/`, so that it is neither published nor copied. V8 takes only what the same V8 with the same flags made. */
const kept = join(dist, '..', '.cache', 'compiled', `${process.version}-${process.arch}`)
const modules = new Map()
const fresh = []

/** The exports of a part, `cli-run.cjs`. */
export function loadPart(name) {
  const known = modules.get(name)
  if (known !== undefined) return known.exports
  const file = join(dist, name)
  const module = { exports: {} }
  modules.set(name, module)
  try {
    const run = compile(name, file).runInThisContext()
    run(module.exports, (id) => (id.startsWith('./') ? loadPart(id.slice(2)) : builtinModule(id)), module, file, dist)
  } catch (error) {
    modules.delete(name)
    throw error
  }
  return module.exports
}

/** Those of node's own modules that cost some ms each and are often not used at all: loaded when something of them is touched. */
const late = ['node:child_process', 'node:crypto']
const builtinModule = (id) => (late.includes(id) ? new Proxy({}, { get: (_, name) => builtin(id)[name] }) : builtin(id))

function compile(name, file) {
  // V8 tells texts apart by their length alone, so the compiled code's name tells which file it was made from.
  const { mtimeMs, size } = statSync(file)
  const beside = join(kept, `${name}-${mtimeMs}-${size}`)
  const text = readFileSync(file, 'utf8')
  const cachedData = read(beside)
  const importModuleDynamically = vm.constants?.USE_MAIN_CONTEXT_DEFAULT_LOADER ?? ((specifier) => import(specifier))
  // On the same line, so that positions in stacks stay those of the file.
  const script = new vm.Script(`(function (exports, require, module, __filename, __dirname) {${text}\n})`, {
    filename: file,
    importModuleDynamically,
    columnOffset: -'(function (exports, require, module, __filename, __dirname) {'.length,
    ...(cachedData && { cachedData }),
  })
  if (cachedData === undefined || script.cachedDataRejected) remember(name, beside, script)
  return script
}

function read(file) {
  try {
    return readFileSync(file)
  } catch {
    return undefined
  }
}

/** At the end, when V8 has also compiled what this run called. Where nothing may be written, the next run compiles again. */
function remember(name, file, script) {
  if (fresh.length === 0) process.once('exit', keep)
  fresh.push({ name, file, script })
}

function keep() {
  try {
    // A program that has removed itself leaves nothing behind.
    statSync(dist)
    mkdirSync(kept, { recursive: true })
    const names = readdirSync(kept)
    for (const { name, file, script } of fresh) {
      for (const old of names) if (old.startsWith(`${name}-`)) rmSync(join(kept, old), { force: true })
      const whole = `${file}.${process.pid}`
      writeFileSync(whole, script.createCachedData())
      renameSync(whole, file)
    }
  } catch {}
}
