// What `uv tool install` does to the disk, as far as the program sees it: a stand-in, since no real uv can be had in tests. It reads
// `uv.json` beside itself, and writes down each call in `uv.calls`.
import { appendFileSync, chmodSync, copyFileSync, mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'

const own = dirname(process.argv[1])
const { windows, packages } = JSON.parse(readFileSync(join(own, 'uv.json'), 'utf8'))
const words = process.argv.slice(2)
const { UV_TOOL_DIR: tools = '', UV_TOOL_BIN_DIR: bin = '' } = process.env
appendFileSync(join(own, 'uv.calls'), `${JSON.stringify({ words, tools, variables: Object.keys(process.env).sort() })}\n`)

function fail(text) {
  process.stderr.write(`  × No solution found when resolving dependencies:\n  ╰─▶ ${text}\n`)
  process.exit(1)
}
const flagValue = (flag) => (words.includes(flag) ? words[words.indexOf(flag) + 1] : undefined)
const [name, exact] = words.at(-1).split('==')
const before = flagValue('--exclude-newer')
const python = flagValue('--python') ?? '3.13'

const known = packages[name]
if (known === undefined)
  fail(
    `Because ${name} was not found in the package registry and you require ${name}, we can\n      conclude that your requirements are unsatisfiable.`,
  )
const released = Object.entries(known).filter(([, { at }]) => at <= before)
const [version, found] = (exact === undefined ? released.at(-1) : released.find(([each]) => each === exact)) ?? []
if (found === undefined)
  fail(
    `Because there is no version of ${name}==${exact} and you require ${name}==${exact}, we can conclude that your requirements are unsatisfiable.`,
  )
if (found.sdist && words.includes('--no-build'))
  fail(
    `Because ${name}==${version} has no usable wheels and you require ${name}, we can conclude that your requirements are unsatisfiable.\n\n      hint: Wheels are required for \`${name}\` because building from source is disabled for all packages (i.e., with \`--no-build\`)`,
  )

const tool = join(tools, name)
const [scripts, library] = windows ? ['Scripts', join('Lib', 'site-packages')] : ['bin', join('lib', `python${python}`, 'site-packages')]
rmSync(tool, { recursive: true, force: true })
for (const folder of [join(tool, scripts), bin]) mkdirSync(folder, { recursive: true })
writeFileSync(join(tools, '.gitignore'), '*')
writeFileSync(join(tools, '.lock'), '')
writeFileSync(
  join(tool, 'pyvenv.cfg'),
  `home = /opt/python/bin\nimplementation = CPython\nuv = 0.11.25\nversion_info = ${python}.1\ninclude-system-site-packages = false\n`,
)
// The newest release of the dependency at that moment: what `--exclude-newer` holds still.
const dependency = Object.entries(packages.anyio ?? {})
  .filter(([, { at }]) => at <= before)
  .at(-1)?.[0]
for (const each of [`${name.replaceAll('-', '_')}-${version}`, ...(dependency === undefined ? [] : [`anyio-${dependency}`])])
  mkdirSync(join(tool, library, `${each}.dist-info`), { recursive: true })
const interpreter = join(tool, scripts, windows ? 'python.exe' : 'python')
symlinkSync(process.execPath, interpreter)
for (const [program, text] of Object.entries(found.programs)) {
  const file = windows ? `${program}.exe` : program
  // The full path of the interpreter, as in a real environment: a folder that is moved starts nothing.
  writeFileSync(join(tool, scripts, file), `#!${interpreter}\n${text}`)
  chmodSync(join(tool, scripts, file), 0o755)
  if (windows) copyFileSync(join(tool, scripts, file), join(bin, file))
  else symlinkSync(join(tool, scripts, file), join(bin, file))
}
// As large packages do, for longer than any test waits.
if (found.hangs) {
  appendFileSync(join(own, 'uv.hangs'), '')
  setInterval(() => {}, 60_000)
} else process.stderr.write(`Installed ${Object.keys(found.programs).length} executables\n`)
