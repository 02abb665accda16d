// Starts one entry of a config as its program does and hands its own pipes on, so that a test can talk with the server.
// On Windows as Claude Desktop: few variables, in System32. Arguments: the config file, the entry's name.
import { spawn } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { surroundings } from './desktop.mjs'

const [file, name] = process.argv.slice(2)
const { command, args = [], env = {} } = JSON.parse(readFileSync(file, 'utf8')).mcpServers[name]
const { MCP_TWIN_HOME: _, ...variables } = process.env
const around = process.platform === 'win32' ? surroundings(env) : { env: { ...variables, ...env }, cwd: '/' }
const child = spawn(command, args, { ...around, stdio: 'inherit' })
child.on('error', (error) => {
  console.error(error.message)
  process.exit(1)
})
child.on('exit', (code) => process.exit(code ?? 1))
