// Starts entries as Claude Desktop does: about sixteen variables (anthropics/claude-code#90074), in C:\Windows\System32.
import { spawn } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { createInterface } from 'node:readline'

const passedOn = [
  ...['APPDATA', 'COMSPEC', 'HOMEDRIVE', 'HOMEPATH', 'LOCALAPPDATA', 'PATH', 'PATHEXT', 'PROCESSOR_ARCHITECTURE'],
  ...['PROGRAMFILES', 'SYSTEMDRIVE', 'SYSTEMROOT', 'TEMP', 'TMP', 'USERNAME', 'USERPROFILE', 'WINDIR'],
]

// Wine does not set all that Windows does.
const defaults = { HOMEDRIVE: 'C:', PROCESSOR_ARCHITECTURE: 'AMD64', ProgramFiles: 'C:\\Program Files', SystemDrive: 'C:' }

/** The variables and the folder of a server that Claude Desktop starts. */
export function surroundings(env = {}) {
  const base = Object.fromEntries(Object.entries({ ...defaults, ...process.env }).filter(([name]) => passedOn.includes(name.toUpperCase())))
  return { env: { ...base, ...env }, cwd: `${process.env.SystemRoot ?? 'C:\\Windows'}\\System32`, windowsHide: true }
}

function start(name, { command, args = [], env }, calls = []) {
  const began = performance.now()
  const child = spawn(command, args, { ...surroundings(env), stdio: ['pipe', 'pipe', 'pipe'] })
  const answer = { name, serverInfo: null, tools: [], results: [], stray: [], stderr: '', readyMs: 0, endMs: 0, code: null, trouble: null }
  const waiting = new Map()
  const ask = (id, method, params = {}) =>
    new Promise((resolve) => {
      waiting.set(id, resolve)
      child.stdin.write(`${JSON.stringify({ jsonrpc: '2.0', id, method, params })}\n`)
    })
  child.stdin.on('error', () => {})
  child.stderr.on('data', (chunk) => {
    answer.stderr = (answer.stderr + chunk).slice(-500)
  })
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
      resolve(`it ended with ${code}: ${answer.stderr}`)
    })
  })
  const talk = async () => {
    const hello = await ask(1, 'initialize', {
      protocolVersion: '2025-11-25',
      capabilities: {},
      clientInfo: { name: 'claude-ai', version: '0.1.0' },
    })
    answer.readyMs = performance.now() - began
    answer.serverInfo = hello.result?.serverInfo ?? null
    child.stdin.write(`${JSON.stringify({ jsonrpc: '2.0', method: 'notifications/initialized' })}\n`)
    answer.tools = ((await ask(2, 'tools/list')).result?.tools ?? []).map((tool) => tool.name)
    for (const [index, [tool, given]] of calls.entries()) {
      const { result, error } = await ask(3 + index, 'tools/call', { name: tool, arguments: given })
      answer.results.push(error?.message ?? result.content.map(({ text }) => text).join('\n'))
    }
    return answer.stray.length === 0 ? null : `on stdout: ${answer.stray[0]}`
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

/** One entry, and what its tools answer to these calls: `[name, arguments]`. */
export const callAsDesktop = (entry, calls) => start('called', entry, calls)

/** Every entry of a config file, or those named, side by side. */
export function asDesktop(file, names = []) {
  const { mcpServers = {} } = JSON.parse(readFileSync(file, 'utf8'))
  const wanted = Object.entries(mcpServers).filter(([name]) => names.length === 0 || names.includes(name))
  return Promise.all(wanted.map(([name, entry]) => start(name, entry)))
}
