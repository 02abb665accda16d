// interop.mjs CONFIG FROM TO PROGRAM ARGS...  runs a program of the side TO of a planted world, called from FROM.
//
// All sides of a planted world are this machine, so a side's own node is the node that runs this, and its paths are
// folders of the test. As across the real border, variables cross only when WSLENV names them (with /p: as a path);
// within one side all of them pass. `wsl.exe -d D -u U --exec P` and `/mnt/c/.../node.exe` lead to the other side.
import { spawn } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { join, win32 } from 'node:path'

const [configFile, from, to, program, ...args] = process.argv.slice(2)
/** @type {{sides: {id: string, kind: string, distro?: string, mountRoot?: string, home: string, node?: string, mappings: {native: string, here: string}[], env: Record<string, string>}[]}} */
const { sides } = JSON.parse(readFileSync(configFile, 'utf8'))
const sideOf = (id) => sides.find((side) => side.id === id) ?? fail(`no side "${id}" in this world`)

function fail(message) {
  console.error(`interop: ${message}`)
  process.exit(127)
}

/** A path as `side` spells it → the path on this machine, null when it is none of that side's. */
function here(path, side) {
  if (side.kind === 'windows') {
    const unc = /^[\\/]{2}wsl(?:\.localhost|\$)[\\/]([^\\/]+)(.*)$/i.exec(path)
    if (unc) {
      const other = sides.find(({ distro }) => distro?.toLowerCase() === unc[1].toLowerCase())
      return other ? here(unc[2].replaceAll('\\', '/') || '/', other) : null
    }
  }
  const mounted = side.kind === 'wsl' && new RegExp(`^${side.mountRoot ?? '/mnt/'}([a-z])(?:/(.*))?$`).exec(path)
  const windows = mounted && sides.find(({ kind }) => kind === 'windows')
  if (windows) return here(`${mounted[1].toUpperCase()}:\\${(mounted[2] ?? '').replaceAll('/', '\\')}`, windows)
  const spelled = side.kind === 'windows' ? path.replaceAll('/', '\\') : path
  const mapping = side.mappings.find(({ native }) => spelled.toLowerCase().startsWith(native.toLowerCase()))
  if (mapping) return join(mapping.here, ...spelled.slice(mapping.native.length).split(/[\\/]/))
  return side.kind !== 'windows' && path.startsWith('/') ? path : null
}

const same = (a, b, side) => (side.kind === 'windows' ? a.toLowerCase().replaceAll('/', '\\') === b.toLowerCase() : a === b)

/** Which side really runs a program that `side` calls, and under which name there. */
function resolve(side, name, words) {
  if (side.kind === 'windows' && /^wsl(\.exe)?$/i.test(win32.basename(name))) return throughWsl(words)
  const mounted = side.kind === 'wsl' && new RegExp(`^${side.mountRoot ?? '/mnt/'}([a-z])/(.*)$`).exec(name)
  const windows = mounted && sides.find(({ kind }) => kind === 'windows')
  if (windows) return { side: windows, name: `${mounted[1].toUpperCase()}:\\${mounted[2].replaceAll('/', '\\')}`, words }
  return { side, name, words }
}

function throughWsl(words) {
  const rest = [...words]
  let distro
  while (rest.length > 0) {
    const word = rest.shift()
    if (word === '-d' || word === '--distribution') distro = rest.shift()
    else if (word === '-u' || word === '--user' || word === '--cd') rest.shift()
    else if (word === '-e' || word === '--exec' || word === '--') break
    else fail(`wsl.exe: this word is not understood here: ${word}`)
  }
  const side = sides.find((each) => each.kind === 'wsl' && (distro === undefined || each.distro === distro))
  return side ? { side, name: rest[0], words: rest.slice(1) } : fail(`wsl.exe: there is no distribution ${distro}`)
}

/** The variables that cross: those of WSLENV, and WSLENV itself. */
function crossing(caller, side) {
  const names = (process.env.WSLENV ?? '').split(':').filter(Boolean)
  const blocked = side.kind === 'windows' ? 'u' : 'w'
  const out = process.env.WSLENV === undefined ? {} : { WSLENV: process.env.WSLENV }
  for (const entry of names) {
    const [name, flags = ''] = entry.split('/')
    const value = process.env[name]
    if (value !== undefined && !flags.includes(blocked)) out[name] = flags.includes('p') ? (here(value, caller) ?? value) : value
  }
  return out
}

const caller = sideOf(from)
const { side, name, words } = resolve(sideOf(to), program, args)
const crossed = side.id !== caller.id
const file = side.node !== undefined && same(name, side.node, side) ? process.execPath : (here(name, side) ?? name)
const spelled = words.map((word) => {
  const [, flag = '', value = word] = /^(--?[\w-]+=)(.*)$/s.exec(word) ?? []
  return flag + (here(value, side) ?? value)
})
const home = here(side.home, side)
const cwd = crossed && existsSync(home) ? home : process.cwd()
const child = spawn(file, spelled, { cwd, env: crossed ? { ...side.env, ...crossing(caller, side) } : process.env, stdio: 'inherit' })
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal))
child.on('error', (error) => fail(error.message))
child.on('exit', (code, signal) => {
  if (signal) process.kill(process.pid, 'SIGKILL')
  process.exit(code ?? 1)
})
