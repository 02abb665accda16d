// The Linux side of wsl.exe (see wsl.c): dials back, runs one command, carries its streams.
import { spawn } from 'node:child_process'
import { connect } from 'node:net'
import { defaultDistro, distro, names, shared, toLinux, user } from './wsl-distros.mjs'
import { argv, parse } from './wsl-line.mjs'

const [port, token] = process.argv.slice(2)
const socket = connect({ port: Number(port), host: '127.0.0.1', noDelay: true })
let child
let windowsEnv = {}
let windowsCwd = 'C:\\'

function send(type, data = '') {
  const body = Buffer.from(data)
  const head = Buffer.alloc(5)
  head.write(type)
  head.writeUInt32LE(body.length, 1)
  return socket.write(Buffer.concat([head, body]))
}

function finish(code) {
  send('X', String(code))
  // Wine does not always close its end when wsl.exe has ended, so wsl.exe says that it has read the code (K). An agent that left
  // before would reset the connection, and wsl.exe, on a busy machine, would lose what it had not read yet.
  setTimeout(() => process.exit(), 30_000)
  child = undefined
}

/** wsl.exe's own messages are UTF-16LE unless WSL_UTF8=1; what Linux programs print is left alone. */
function speak(text, code) {
  send('O', windowsEnv.WSL_UTF8 === '1' ? text : Buffer.from(text, 'utf16le'))
  finish(code)
}

function listing(asked) {
  if (asked === '--version') return 'WSL version: 2.3.26.0\r\n'
  if (asked === '--status') return `Default Distribution: ${defaultDistro}\r\nDefault Version: 2\r\n`
  if (/-q|--quiet/.test(asked))
    return names()
      .map((name) => `${name}\r\n`)
      .join('')
  const mark = (name) => (name === defaultDistro ? '*' : ' ')
  if (/-v|--verbose/.test(asked))
    return `  NAME      STATE           VERSION\r\n${names()
      .map((name) => `${mark(name)} ${name}    Running         2\r\n`)
      .join('')}`
  return `Windows Subsystem for Linux Distributions:\r\n${names()
    .map((name) => `${name}${name === defaultDistro ? ' (Default)' : ''}\r\n`)
    .join('')}`
}

function run(line) {
  const asked = parse(line)
  if (asked.list !== undefined) return speak(listing(asked.list), 0)
  const place = distro(asked.distro)
  if (!place) return speak('There is no distribution with the supplied name.\r\nError code: Wsl/Service/WSL_E_DISTRO_NOT_FOUND\r\n', 255)
  const person = user(place, asked.user)
  if (!person) return speak('User not found.\r\nError code: Wsl/Service/CreateInstance/WSL_E_USER_NOT_FOUND\r\n', 255)
  const { shell } = person
  const own = { HOME: person.home, USER: person.name, LOGNAME: person.name, SHELL: shell }
  const env = { ...place.env, ...own, ...shared(windowsEnv, place.name) }
  const cwd = asked.cwd === '~' ? person.home : toLinux(asked.cwd ?? windowsCwd, place.name)
  const words = asked.exec ? argv(asked.rest) : asked.rest ? [shell, ...(asked.login ? ['-l'] : []), '-c', asked.rest] : [shell, '-l']
  start(place.root ? ['chroot', place.root, '/bin/sh', '-c', 'cd "$1" 2>/dev/null || cd /; shift; exec "$@"', '_', cwd, ...words] : words, {
    cwd: place.root ? '/' : cwd,
    env,
  })
}

function start([file, ...args], options) {
  child = spawn(file, args, { ...options, detached: true })
  child.on('error', (error) => {
    send('R', `${error.message}\n`)
    finish(127)
  })
  child.stdout.on('data', (chunk) => {
    if (send('O', chunk)) return
    child?.stdout.pause()
    socket.once('drain', () => child?.stdout.resume())
  })
  child.stderr.on('data', (chunk) => send('R', chunk))
  child.on('close', (code, signal) => finish(code ?? (signal ? 128 + 15 : 1)))
  child.stdin.on('error', () => {})
}

const pairs = (block) =>
  block
    .split('\0')
    .filter((entry) => entry.indexOf('=') > 0)
    .map((entry) => [entry.slice(0, entry.indexOf('=')), entry.slice(entry.indexOf('=') + 1)])

const frames = {
  C: (data) => {
    windowsCwd = data.toString()
  },
  V: (data) => {
    windowsEnv = Object.fromEntries(pairs(data.toString()))
  },
  A: (data) => run(data.toString()),
  I: (data) => child?.stdin.write(data),
  E: () => child?.stdin.end(),
  K: () => process.exit(),
}

let pending = Buffer.alloc(0)
socket.on('connect', () => socket.write(token))
socket.on('data', (chunk) => {
  pending = Buffer.concat([pending, chunk])
  while (pending.length >= 5) {
    const end = 5 + pending.readUInt32LE(1)
    if (pending.length < end) break
    frames[String.fromCharCode(pending[0])]?.(pending.subarray(5, end))
    pending = pending.subarray(end)
  }
})
socket.on('error', () => {})
socket.on('close', () => {
  try {
    if (child?.pid) process.kill(-child.pid, 'SIGHUP')
  } catch {
    // It ended by itself in the meantime.
  }
  setTimeout(() => process.exit(), 200)
})
