// Memory, open files and children of the built bridge over many calls, one family at a time, beside the SDK alone:
// node test/bench/bridge-soak.mjs [--calls 100000] [--family files,bridge,…|mixed|floor] [--at-once 16]
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { bundledFloor } from './sdk-floor.mjs'
import { open } from './stdio-client.mjs'

const { values: options } = parseArgs({
  options: {
    calls: { type: 'string', default: '100000' },
    family: { type: 'string', default: 'floor,bridge,files,search,terminal' },
    'at-once': { type: 'string', default: '16' },
  },
})
const calls = Number(options.calls)
const atOnce = Number(options['at-once'])
const readings = 20
const home = mkdtempSync(join(tmpdir(), 'bridge-soak-'))
const file = join(home, 'f')
const part = join(home, 'part')
const kept = join(home, 'kept')
writeFileSync(file, 'text\n'.repeat(100))
writeFileSync(kept, 'before\n')
const bridge = fileURLToPath(new URL('../../bin/mcp-twin.mjs', import.meta.url))
const ours = [bridge, 'serve', '--client', 'soak', '--root', home, '--terminal', 'on']

const families = {
  floor: [['echo', { message: 'hello' }]],
  bridge: [
    ['get_config', {}],
    ['bridge_status', {}],
    ['translate_path', { path: file, to: 'linux' }],
  ],
  files: [
    ['read_file', { path: file }],
    ['write_file', { path: part, content: 'x' }],
    [
      'edit_file',
      {
        path: kept,
        edits: [
          { old_string: 'before', new_string: 'after' },
          { old_string: 'after', new_string: 'before' },
        ],
      },
    ],
    ['file_info', { path: file }],
    ['list_directory', { path: home }],
  ],
  search: [
    ['search_text', { path: home, pattern: 'text', max_results: 5 }],
    ['search_files', { path: home, glob: '*' }],
  ],
  terminal: [['execute_command', { command: 'echo x' }]],
}
families.mixed = [...families.bridge, ...families.files, ...families.files, ...families.search, ...families.terminal]

/** MiB per 10 000 calls: the straight line nearest to the readings. Single ones move with the collector. */
function slope(rows) {
  const mean = (key) => rows.reduce((sum, row) => sum + row[key], 0) / rows.length
  const [x, y] = [mean('done'), mean('rssMiB')]
  const rise = rows.reduce((sum, row) => sum + (row.done - x) * (row.rssMiB - y), 0)
  return (rise / rows.reduce((sum, row) => sum + (row.done - x) ** 2, 0)) * 10_000
}

async function soak(family) {
  const args = family === 'floor' ? [await bundledFloor(home)] : ours
  const server = await open(args, { env: { PATH: process.env.PATH, HOME: home }, cwd: home })
  const list = families[family]
  const rows = []
  const look = (done) => rows.push({ done, rssMiB: server.rssMiB(), files: server.files(), children: server.children() })
  look(0)
  const started = performance.now()
  for (let reading = 0, done = 0; reading < readings; reading++) {
    const until = Math.round((calls * (reading + 1)) / readings)
    const worker = async () => {
      while (done < until) {
        const [name, given] = list[done++ % list.length]
        await server.call(name, given)
      }
    }
    await Promise.all(Array.from({ length: atOnce }, worker))
    look(done)
  }
  const seconds = (performance.now() - started) / 1000
  await server.close()
  const half = rows.slice(readings / 2)
  const rss = half.map(({ rssMiB }) => rssMiB)
  return {
    family,
    calls,
    'calls/s': Math.round(calls / seconds),
    'start MiB': Math.round(rows[0].rssMiB),
    'end MiB': Math.round(rows.at(-1).rssMiB),
    'second half MiB': `${Math.round(Math.min(...rss))}–${Math.round(Math.max(...rss))}`,
    'MiB per 10 000': slope(half).toFixed(2),
    'open files': `${rows[1].files} → ${rows.at(-1).files}`,
    children: rows.at(-1).children,
  }
}

for (const family of options.family.split(',')) console.table([await soak(family)])
rmSync(home, { recursive: true, force: true })
