// Run by the release workflow, in a checkout that is thrown away: writes the repository's address and the registry's name
// of this server into package.json, and server.json beside it (schema: static.modelcontextprotocol.io, 2025-12-11). npm
// checks the first against its provenance, the MCP registry the second against the published package.
import { readFileSync, writeFileSync } from 'node:fs'

const { GITHUB_REPOSITORY: repository, GITHUB_SERVER_URL: server = 'https://github.com' } = process.env
if (!/^[\w.-]+\/[\w.-]+$/.test(repository ?? '')) {
  console.error('release: GITHUB_REPOSITORY must be OWNER/NAME')
  process.exit(2)
}
const url = `${server}/${repository}`
const [owner] = repository.split('/')
const manifest = JSON.parse(readFileSync('package.json', 'utf8'))
const { name, version, description } = manifest
const mcpName = `io.github.${owner}/${name}`

const write = (file, value) => writeFileSync(file, `${JSON.stringify(value, null, 2)}\n`)
write('package.json', {
  ...manifest,
  mcpName,
  repository: { type: 'git', url: `git+${url}.git` },
  homepage: `${url}#readme`,
  bugs: { url: `${url}/issues` },
})
write('server.json', {
  $schema: 'https://static.modelcontextprotocol.io/schemas/2025-12-11/server.schema.json',
  name: mcpName,
  title: 'mcp-twin',
  // The registry takes 100 characters at most.
  description: description.length <= 100 ? description : `${description.slice(0, 99)}…`,
  repository: { url, source: 'github' },
  version,
  packages: [
    {
      registryType: 'npm',
      identifier: name,
      version,
      transport: { type: 'stdio' },
      packageArguments: [{ type: 'positional', value: 'serve' }],
    },
  ],
})
console.log(`release: ${mcpName} ${version} from ${url}`)
