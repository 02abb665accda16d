// Claude Desktop's part in the lab: a Windows program that reads its config and starts every server in it, with the
// variables that the real one passes on (anthropics/claude-code#90074) and in the folder that a packaged program has.
// Arguments: the config file, then names of entries (default: all). Prints one JSON list.
import { spawn } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { createInterface } from 'node:readline'

const passedOn = [
  ...['APPDATA', 'COMSPEC', 'HOMEDRIVE', 'HOMEPATH', 'LOCALAPPDATA', 'PATH', 'PATHEXT', 'PROCESSOR_ARCHITECTURE'],
  ...['PROGRAMFILES', 'SYSTEMDRIVE', 'SYSTEMROOT', 'TEMP', 'TMP', 'USERNAME', 'USERPROFILE', 'WINDIR'],
]
// Wine does not set all that Windows does.
const defaults = { HOMEDRIVE: 'C:', PROCESSOR_ARCHITECTURE: 'AMD64', PROGRAMFILES: 'C:\\Program Files', SYSTEMDRIVE: 'C:' }
const ours = Object.fromEntries(Object.entries(process.env).map(([name, value]) => [name.toUpperCase(), value]))
const base = Object.fromEntries(passedOn.map((name) => [name, ours[name] ?? defaults[name] ?? '']))

function start(name, { command, args = [], env = {} }) {
  const began = performance.now()
  const child = spawn(command, args, { env: { ...base, ...env }, cwd: 'C:\\Windows\\System32', stdio: ['pipe', 'pipe', 'pipe'] })
  const answer = { name, tools: [], stray: [], stderr: '', readyMs: 0, endMs: 0, code: null, trouble: null }
  const waiting = new Map()
  const send = (message) => child.stdin.write(`${JSON.stringify({ jsonrpc: '2.0', ...message })}\n`)
  const ask = (id, method, params = {}) =>
    new Promise((resolve) => {
      waiting.set(id, resolve)
      send({ id, method, params })
    })
  child.stdin.on('error', () => {})
  child.stderr.on('data', (chunk) => (answer.stderr += chunk))
  createInterface({ input: child.stdout }).on('line', (line) => {
    try {
      const message = JSON.parse(line)
      waiting.get(message.id)?.(message)
    } catch {
      answer.stray.push(line)
    }
  })
  const ended = new Promise((resolve) => {
    child.on('error', (error) => resolve(error.message))
    child.on('close', (code) => {
      answer.code = code
      resolve(`it ended with ${code}`)
    })
  })
  const talk = async () => {
    const hello = await ask(1, 'initialize', {
      protocolVersion: '2025-11-25',
      capabilities: {},
      clientInfo: { name: 'claude-ai', version: '0.1.0' },
    })
    answer.readyMs = performance.now() - began
    answer.serverInfo = hello.result?.serverInfo
    send({ method: 'notifications/initialized' })
    answer.tools = ((await ask(2, 'tools/list')).result?.tools ?? []).map((tool) => tool.name)
    return null
  }
  const late = new Promise((resolve) => setTimeout(resolve, 60_000, 'no answer within 60 s').unref())
  return Promise.race([talk(), ended, late]).then(async (trouble) => {
    answer.trouble = trouble
    const stopped = performance.now()
    child.stdin.end()
    const slow = setTimeout(() => child.kill(), 5000)
    await ended
    clearTimeout(slow)
    answer.endMs = performance.now() - stopped
    return answer
  })
}

const [file, ...wanted] = process.argv.slice(2)
const { mcpServers = {} } = JSON.parse(readFileSync(file, 'utf8'))
const entries = Object.entries(mcpServers).filter(([name]) => wanted.length === 0 || wanted.includes(name))
console.log(JSON.stringify(await Promise.all(entries.map(([name, entry]) => start(name, entry)))))
