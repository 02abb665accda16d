#!/usr/bin/env node
// npm run bench [-- --rounds N]  prints what the program costs as ratios, each against something measured beside it
// in the same run: absolute times say more about the machine than about us. It never fails for being slow; the
// targets stand in the table.
import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { homedir, tmpdir } from 'node:os'
import { delimiter, dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { measure, median, timeProgram, timeServer } from './rounds.mjs'

const { values: options } = parseArgs({
  options: { rounds: { type: 'string', default: '21' }, servers: { type: 'string', default: '20' } },
})
const rounds = Number(options.rounds)
const node = process.execPath
const program = fileURLToPath(new URL('../../bin/mcp-twin.mjs', import.meta.url))
const root = mkdtempSync(join(tmpdir(), 'mcp-twin-bench-'))

/** A home that knows nothing of the machine but its registry. With NODE_OPTIONS or NODE_EXTRA_CA_CERTS every start would cost more. */
function home(name) {
  const folder = join(root, name)
  for (const each of ['.cursor', '.config/Claude', '.config/claude']) mkdirSync(join(folder, each), { recursive: true })
  const npmrc = join(homedir(), '.npmrc')
  writeFileSync(join(folder, '.npmrc'), `${existsSync(npmrc) ? readFileSync(npmrc, 'utf8') : ''}\nupdate-notifier=false\n`, { mode: 0o600 })
  return {
    cwd: folder,
    env: { PATH: [dirname(node), '/usr/local/bin', '/usr/bin', '/bin'].join(delimiter), HOME: folder, LANG: 'C.UTF-8', NO_COLOR: '1' },
  }
}

function twin(place, ...args) {
  const { status, stdout, stderr } = spawnSync(node, [program, ...args], { ...place, encoding: 'utf8', timeout: 300_000 })
  if (status !== 0) throw new Error(`mcp-twin ${args.join(' ')}: exit ${status}: ${(stderr || stdout).trim().split('\n')[0]}`)
  return stdout
}

/** Start-up, and a sync that finds nothing to do: 20 servers in four clients, all written before. */
async function startUp() {
  const place = home('sync')
  const servers = Object.fromEntries(
    Array.from({ length: Number(options.servers) }, (_, at) => [
      `server-${at}`,
      { command: node, args: [`/srv/${at}.js`, '--flag'], env: { LEVEL: String(at) } },
    ]),
  )
  mkdirSync(join(place.cwd, '.mcp-twin'), { mode: 0o700 })
  const manifest = { version: 1, servers, clients: { cursor: true, 'claude-desktop': true }, bridge: { enabled: false } }
  writeFileSync(join(place.cwd, '.mcp-twin/mcp-twin.json'), JSON.stringify(manifest, null, 2))
  const started = (args) => () => timeProgram([node, ...args], place)
  const cases = { 'node -e 0': started(['-e', '0']), '--version': started([program, '--version']), '--help': started([program, '--help']) }
  const sync = `sync, in sync, ${options.servers} servers`
  try {
    const { steps } = JSON.parse(twin(place, 'sync', '--no-check', '--json'))
    const files = new Set(steps.filter(({ outcome }) => outcome === 'done').map(({ client }) => client)).size
    twin(place, 'sync', '--check')
    cases[`${sync} × ${files} clients`] = started([program, 'sync'])
  } catch (error) {
    cases[sync] = () => Promise.reject(error)
  }
  const { samples, failures } = await measure(cases, rounds)
  const rows = Object.keys(cases).map((name) => [
    name,
    samples.get(name),
    failures.get(name),
    name.startsWith('sync') ? '≤ 3' : name === 'node -e 0' ? '' : '≤ 1.5',
  ])
  table('Start-up, as a multiple of node -e 0', rows, samples.get('node -e 0'))
}

/** Until a server answers `initialize`: our direct launch, against npx with everything already in its cache. */
async function serverStart() {
  const place = home('server')
  let cases
  try {
    twin(place, 'init', '--yes', '--server', 'memory', '--no-bridge')
    const { memory } = JSON.parse(readFileSync(join(place.cwd, '.claude.json'), 'utf8')).mcpServers
    const lock = JSON.parse(readFileSync(join(place.cwd, '.mcp-twin/mcp-twin.lock.json'), 'utf8'))
    const [{ name, version }] = Object.values(lock.packages)
    const npx = ['npx', '-y', `${name}@${version}`]
    cases = {
      'npx -y, warm cache': () => timeServer(npx, place),
      'direct launch': () => timeServer([memory.command, ...memory.args], { ...place, env: { ...place.env, ...memory.env } }),
    }
  } catch (error) {
    console.log(`\nServer start: not measured (${error.message})`)
    return
  }
  // The first round does not count, and fills npx's cache.
  const { samples, failures } = await measure(cases, Math.min(rounds, 11))
  const [npx, direct] = Object.keys(cases).map((name) => samples.get(name))
  table(
    'Server start, as a part of npx -y with a warm cache',
    [
      ['npx -y, warm cache', npx, failures.get('npx -y, warm cache'), ''],
      ['direct launch', direct, failures.get('direct launch'), '≤ 0.33'],
    ],
    npx,
  )
}

function table(title, rows, base) {
  const show = (value) => (Number.isFinite(value) ? value.toFixed(value < 10 ? 2 : 0) : '–')
  console.log(`\n${title}\n`)
  console.log('| what | min ms | median ms | max ms | ratio | target |\n| --- | ---: | ---: | ---: | ---: | ---: |')
  for (const [name, values = [], failure, target] of rows) {
    if (failure) console.log(`| ${name} | failed: ${failure} | | | | ${target} |`)
    else {
      const [min, middle, max] = [Math.min(...values), median(values), Math.max(...values)]
      console.log(`| ${name} | ${show(min)} | ${show(middle)} | ${show(max)} | ${show(middle / median(base))} | ${target} |`)
    }
  }
}

try {
  console.log(`Node ${process.version}, ${rounds} interleaved rounds, medians.`)
  await startUp()
  await serverStart()
} finally {
  rmSync(root, { recursive: true, force: true })
}
