#!/usr/bin/env node
// node test/bench/detection.mjs [--rounds N]  how long it takes until both sides are known, in the lab (test/lab), and how
// many programs of the other side that costs. Cold: nothing is remembered; warm: what the run before remembered. Both from
// the first byte of the program to its end, against a bare node on that side. It never fails for being slow.
import { execFileSync, spawnSync } from 'node:child_process'
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { homedir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { Worker } from 'node:worker_threads'
import { median } from './rounds.mjs'

const { values: options } = parseArgs({ options: { rounds: { type: 'string', default: '11' } } })
const project = fileURLToPath(new URL('../..', import.meta.url))
const program = join(project, 'test/lab/lab')
const folder = join(process.env.XDG_CACHE_HOME || join(homedir(), '.cache'), 'mcp-twin-test/lab')
const env = { PATH: process.env.PATH, HOME: homedir(), LANG: 'C.UTF-8', TWINLAB_HOME: folder }
const lab = (...words) => spawnSync(program, words, { env, cwd: '/', encoding: 'utf8', timeout: 120_000 })

const sides = {
  'typed in WSL': {
    home: join(folder, 'distros/Debian/home/ana'),
    node: ['exec', process.execPath],
    program: '/home/ana/package/bin/mcp-twin.mjs',
    // What each Windows program that Linux starts has in its command line.
    crossing: 'relay.exe',
  },
  'typed on Windows': {
    home: join(folder, 'prefix/drive_c/users/Twin User'),
    node: ['win', 'node'],
    program: 'C:\\Users\\Twin User\\package\\bin\\mcp-twin.mjs',
    crossing: 'wsl-agent.mjs',
  },
}

/** Counts processes whose command line holds a text, from a thread of its own that looks every millisecond. */
async function counting(text, work) {
  const source = `
    const { readdirSync, readFileSync } = require('node:fs')
    const { parentPort, workerData } = require('node:worker_threads')
    const seen = new Set()
    const look = () => {
      for (const pid of readdirSync('/proc')) {
        if (!/^\\d+$/.test(pid) || seen.has(pid)) continue
        try {
          if (readFileSync('/proc/' + pid + '/cmdline').includes(workerData)) seen.add(pid)
        } catch {}
      }
    }
    look()
    const before = seen.size
    const timer = setInterval(look, 1)
    parentPort.once('message', () => { look(); clearInterval(timer); parentPort.postMessage(seen.size - before) })
    parentPort.postMessage('watching')`
  const worker = new Worker(source, { eval: true, workerData: text })
  const next = () => new Promise((resolve) => worker.once('message', resolve))
  await next()
  work()
  const counted = next()
  worker.postMessage('stop')
  return counted
}

function timed(side, ...words) {
  const began = performance.now()
  const { status, stderr } = lab(...side.node, ...words)
  if (status !== 0) throw new Error(stderr.trim().split('\n').at(-1))
  return performance.now() - began
}

const show = (values) => `${Math.min(...values).toFixed(0)} | ${median(values).toFixed(0)} | ${Math.max(...values).toFixed(0)}`

try {
  execFileSync(program, ['up'], { env, stdio: ['ignore', 'ignore', 'pipe'] })
} catch (error) {
  console.log(
    `Detection: not measured, the lab is not to be had here (${String(error.stderr ?? error.message)
      .trim()
      .split('\n')
      .at(-1)})`,
  )
  process.exit(0)
}
const rounds = Number(options.rounds)
console.log(`Detection: \`list\` in the lab, ${rounds} rounds\n`)
console.log('| what | min ms | median ms | max ms | programs of the other side | target |\n| --- | ---: | ---: | ---: | ---: | --- |')
try {
  for (const [title, side] of Object.entries(sides)) {
    lab('reset')
    for (const name of ['package.json', 'LICENSE', 'bin', 'dist', 'templates'])
      cpSync(join(project, name), join(side.home, 'package', name), { recursive: true })
    const own = join(side.home, '.mcp-twin')
    mkdirSync(own, { mode: 0o700 })
    writeFileSync(join(own, 'mcp-twin.json'), '{ "version": 1, "servers": {}, "bridge": { "enabled": false } }')
    const forget = () => rmSync(join(own, 'cache.json'), { force: true })
    const cases = {
      'bare node': { run: () => timed(side, '-e', '0'), target: '' },
      cold: { before: forget, run: () => timed(side, side.program, 'list'), target: '< 10 000 ms, ≤ 2 programs' },
      warm: { run: () => timed(side, side.program, 'list'), target: '< 1000 ms, none' },
    }
    for (const [name, { before = () => {}, run, target }] of Object.entries(cases)) {
      before()
      const cost = name === 'bare node' ? '' : await counting(side.crossing, run)
      const samples = []
      for (let round = 0; round < rounds; round++) {
        before()
        samples.push(run())
      }
      console.log(`| ${title}, ${name} | ${show(samples)} | ${cost} | ${target} |`)
    }
    if (!existsSync(join(own, 'cache.json')))
      console.log(`(nothing was remembered: ${readdirSync(own).join(' ')} ${readFileSync(join(own, 'mcp-twin.json'), 'utf8')})`)
  }
} finally {
  lab('reset')
  lab('down')
}
