#!/usr/bin/env node
// Starts the mcp-twin that app/current names. mcp-twin copies this file to bin/mcp-twin.mjs in its folder on every side;
// changes there are lost. It is the same for all versions, since clients' configs name it for years: it knows nothing
// but the folder it lies in. A plain file names the version, because not every file system has links.
import { mkdirSync, readFileSync, unlinkSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

const app = new URL('../app/', import.meta.url)
let version = ''
try {
  version = readFileSync(new URL('current', app), 'utf8').trim()
} catch {}
if (!/^[0-9A-Za-z.+-]+$/.test(version)) {
  console.error(`mcp-twin is not whole in ${fileURLToPath(app)}. To put it back: npx mcp-twin sync`)
  process.exit(1)
}
const at = new URL(`${version}/`, app)
try {
  // A file named by the pid says that this version is in use: a later run does not remove it then.
  const mark = new URL(`.use/${process.pid}`, at)
  mkdirSync(new URL('.use/', at), { recursive: true })
  writeFileSync(mark, '')
  process.on('exit', () => {
    try {
      unlinkSync(mark)
    } catch {}
  })
} catch {}
process.env.MCP_TWIN_HOME ||= fileURLToPath(new URL('..', import.meta.url)).replace(/[\\/]$/, '')
await import(new URL('dist/main.mjs', at).href)
