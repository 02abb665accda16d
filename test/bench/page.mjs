#!/usr/bin/env node
// node test/bench/page.mjs [--servers N] [--entries N]  what the page of `mcp-twin ui` costs in a headless browser. The targets stand
// in the table; it never fails for being slow, and its times say as much about the machine as about us.
import { spawn, spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { chromium } from 'playwright-core'

const { values: options } = parseArgs({
  options: { servers: { type: 'string', default: '200' }, entries: { type: 'string', default: '100000' } },
})
const program = fileURLToPath(new URL('../../bin/mcp-twin.mjs', import.meta.url))
const home = mkdtempSync(join(tmpdir(), 'mcp-twin-page-'))
const env = { PATH: process.env.PATH, HOME: home, NO_COLOR: '1', MCP_TWIN_TYPED: 'mcp-twin' }
const rows = []
const note = (what, measured, target, unit) => rows.push([what, `${Math.round(measured * 10) / 10} ${unit}`, `${target} ${unit}`])
const timed = async (what, target, work) => {
  const before = performance.now()
  const found = await work()
  note(what, performance.now() - before, target, 'ms')
  return found
}
const typed = (args, input = '') => {
  const { status, stderr } = spawnSync(process.execPath, [program, ...args], { cwd: home, env, input, encoding: 'utf8' })
  if (status !== 0 && status !== 3) throw new Error(`mcp-twin ${args.join(' ')}: exit ${status}: ${stderr.slice(0, 300)}`)
}
const cursor = join(home, '.cursor/mcp.json')

/** Programs whose folders are there, so that they take part: a column each. */
function plant() {
  for (const folder of ['.mcp-twin', '.cursor', '.codex', '.config/Code/User', '.qwen', '.config/opencode', '.copilot', '.config/Claude'])
    mkdirSync(join(home, folder), { recursive: true, mode: 0o700 })
  const servers = Object.fromEntries(
    Array.from({ length: Number(options.servers) }, (_, at) => [`server-${at}`, { command: 'true', args: [String(at)] }]),
  )
  const clients = Object.fromEntries(
    ['cursor', 'codex', 'vscode', 'qwen-code', 'opencode', 'copilot-cli', 'claude-desktop'].map((id) => [id, true]),
  )
  writeFileSync(join(home, '.mcp-twin/mcp-twin.json'), JSON.stringify({ version: 1, servers, clients, bridge: { enabled: false } }))
  typed(['sync', '--no-try', '--quiet'])
  const lines = Array.from({ length: Number(options.entries) }, (_, at) =>
    JSON.stringify({
      ...{ type: 'entry', namespace: 'shared', key: `note/${at}`, version: 1, value: `entry ${at}${at === 777 ? ' needle' : ''}` },
      ...{ rationale: null, tags: [], by: 'terminal', session: 'bench', machine: 'bench', at: 1_790_000_000_000 + at },
    }),
  )
  const file = join(home, 'memory.jsonl')
  writeFileSync(file, `${lines.join('\n')}\n`)
  return file
}

/** Ticks of a process, in ms, and its resident memory in MB. */
const usedBy = (pid) => {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8')
    .replace(/^.*\) /, '')
    .split(' ')
  const kilobytes = Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1])
  return { ms: (Number(fields[11]) + Number(fields[12])) * 10, mb: kilobytes / 1024 }
}

const file = plant()
let child
let browser
try {
  typed(['memory', 'import', file])
  const url = await timed('link', 1000, () => {
    child = spawn(process.execPath, [program, 'ui', '--no-open'], { cwd: home, env, stdio: ['ignore', 'pipe', 'ignore'] })
    return new Promise((resolve) => child.stdout.once('data', (chunk) => resolve(String(chunk).trim())))
  })
  browser = await chromium.launch({ executablePath: '/usr/bin/chromium-headless-shell', args: ['--no-sandbox', '--disable-gpu'] })
  const page = await browser.newPage({ viewport: { width: 1280, height: 800 } })
  // Weights and health follow behind the grid.
  const followed = ['tokens=true', 'doctor'].map((part) => page.waitForResponse((each) => each.url().endsWith(part)))
  await timed('grid, every row', 1000, async () => {
    await page.goto(url)
    await page.getByRole('link', { name: `server-${options.servers - 1}`, exact: true }).waitFor()
  })
  const paints = await page.evaluate(() => performance.getEntriesByName('first-contentful-paint').map(({ startTime }) => startTime))
  note('first paint', paints[0] ?? Number.NaN, 500, 'ms')
  note('columns', (await page.getByRole('columnheader').count()) - 1, 8, '')
  for (const response of await Promise.all(followed)) await response.finished()
  await timed('a file of this side changed', 1000, async () => {
    writeFileSync(cursor, readFileSync(cursor, 'utf8').replace('"7"', '"8"'))
    await page
      .getByRole('link', { name: /: differs$/ })
      .first()
      .waitFor()
  })
  await page.goto(`${new URL(url).origin}/#/memory`)
  await page.getByText(/1–\d+ of/).waitFor()
  await timed('search', 500, async () => {
    await page.getByRole('searchbox').fill('needle')
    await page.getByRole('rowheader', { name: 'note/777', exact: true }).waitFor()
  })
  await page.getByRole('searchbox').fill('')
  await page.getByText(/1–\d+ of/).waitFor()
  const written = spawn(process.execPath, [program, 'memory', 'set', 'fresh', 'new'], { cwd: home, env, stdio: 'ignore' })
  await new Promise((resolve) => written.once('exit', resolve))
  await timed('the store changed, after its writer ended', 500, () => page.getByRole('rowheader', { name: 'fresh', exact: true }).waitFor())
  await new Promise((resolve) => setTimeout(resolve, 5000))
  const before = usedBy(child.pid)
  await new Promise((resolve) => setTimeout(resolve, 20_000))
  const after = usedBy(child.pid)
  note('one quiet tab, of a processor', (after.ms - before.ms) / 200, 0.5, '%')
  note('ui', after.mb, 150, 'MB')
  const session = await page.context().newCDPSession(page)
  await session.send('HeapProfiler.collectGarbage')
  note('page, its heap', (await session.send('Runtime.getHeapUsage')).usedSize / 1024 / 1024, 40, 'MB')
} finally {
  await browser?.close()
  child?.kill('SIGINT')
  await new Promise((resolve) => child?.once('exit', resolve) ?? resolve())
  rmSync(home, { recursive: true, force: true })
}
const size = (name) => readFileSync(join(dirname(program), '../dist/page', name))
const { gzipSync } = await import('node:zlib')
note('page.js and page.css, gzip', (gzipSync(size('page.js')).length + gzipSync(size('page.css')).length) / 1024, 60, 'kB')
console.log(['| | measured | target |', '| --- | ---: | ---: |', ...rows.map((row) => `| ${row.join(' | ')} |`)].join('\n'))
