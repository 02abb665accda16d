import { families } from './bridge-words.ts'

/**
 * What each setting of the manifest means, for editors and the reference page, by its path: `*` stands for any name, `[]` for an
 * item of a list. A unit test demands a line for every setting.
 */
export const settingWords: Readonly<Record<string, string>> = {
  $schema: 'the JSON Schema of this file, for editors: "./mcp-twin.schema.json"',
  version: 'the version of this format: 1',
  servers: 'your servers, by name',
  clients: 'which programs take part, by id: true, false, or {"windows": true, "file": path}',
  'clients.*.file': 'the config file of this program, where it is not found by itself; other words are sides, each true or false',
  distros: 'the WSL distributions that take part; default: the one where init ran',
  secrets: 'where keys come from, if not from the key store',
  'secrets.command': 'a program that prints a key, with its arguments; {name} stands for the name of the key',
  launch: '"direct" (default: absolute node and script), "npx" (npx -y name@version) or "run" (mcp-twin run: no key in any config)',
  prefix: 'where packages are installed: "own" (default: ~/.mcp-twin/npm), "global" (npm prefix -g), or a path for each side',
  bridge: 'the bridge between your programs',
  ...forServer('servers.*', {
    package: 'npm package, optionally with a version, range or tag: "tavily-mcp@0.2.22"',
    pypi: 'Python package of PyPI, optionally with one exact version: "mcp-server-git@2026.1.1"; uv installs it on each side',
    command: 'program to start, as typed on its own side',
    url: 'address of a remote server',
    args: 'arguments of the server; "${path:~/x}" stands for a path in the spelling of each side',
    env: 'variables; "${secret:NAME}" stands for a key of the store',
    headers: 'HTTP headers of a url server',
    transport: 'how a url server is spoken to; without it HTTP is tried first, then SSE',
    bin: 'which program of the package to start',
    launch: 'overrides the global launch',
  }),
  'servers.*.auth': '"oauth": programs reach it by mcp-twin run, with the login that mcp-twin login keeps; login sets it',
  'servers.*.oauth': 'how a login is made where the server registers no programs by itself',
  'servers.*.oauth.clientId': 'the client id that you registered there',
  'servers.*.oauth.clientSecret': 'its secret, as "${secret:NAME}"',
  'servers.*.oauth.scopes': 'what the login asks for; default: what the server names',
  'servers.*.oauth.port': 'the port in the address that you registered, http://127.0.0.1:PORT/callback; default: any free one',
  'servers.*.extension': 'the id of an extension that is installed in Claude Desktop; mcp-twin add extension:ID writes it',
  'servers.*.settings': 'values of the extension in place of those in Claude Desktop, by name',
  'servers.*.machines': 'names of the machines that get this server, decided before only and except; default: all',
  'servers.*.only': 'client ids, environment kinds or ids that get this server',
  'servers.*.except': 'client ids, environment kinds or ids that do not',
  'servers.*.on': 'what differs in an environment (kind or id)',
  'servers.*.runIn': '"each" (default), or the one environment where it runs',
  'servers.*.allowScripts': 'let npm run the install scripts of this package, or uv build it from source; default false',
  'servers.*.share': 'reach it through the bridge instead of one entry per client; or {"tools": [names], "cache": [names]}',
  'servers.*.share.tools': 'only these of its tools; default: all',
  'servers.*.share.cache': 'tools whose answers may be used again although they do not say that they only read',
  'servers.*.disabled': 'true: in no config, but kept here',
  'servers.*.description': 'a note for people',
  'bridge.enabled': 'false leaves the bridge out of every config; default true',
  'bridge.roots': 'folders that programs may use besides the workspace; mcp-twin roots add writes them',
  'bridge.roots.[].path': 'the folder, as either side spells it; ~ is the home folder',
  'bridge.roots.[].readOnly': 'true: open to reading only',
  'bridge.readOnly': 'true: only tools that change nothing; default false',
  'bridge.terminal': 'whether commands may run: "off" (default), "sandbox" (Linux and WSL) or "on" (with your rights, no wall)',
  'bridge.blockedCommands':
    'commands that are refused, in place of the usual list (sudo, su, shutdown, mkfs, passwd and their like); a guard rail, not a boundary',
  'bridge.families': `which families of tools are offered: ${families.join(', ')}; default: all`,
  'bridge.deny': 'more paths that stay closed, inside open folders too: absolute, or from ~; a name alone closes nothing',
  'bridge.allow': 'read-only places that are opened to writing: paths, or names of the list such as ".git/hooks"',
  'bridge.namespace': "the namespace of memory in place of the project's",
  'bridge.store':
    'a PostgreSQL server that keeps the store of all your machines, as "postgres://NAME:${secret:KEY}@HOST/DATABASE"; each machine joins it with mcp-twin store move',
  'bridge.store.url': 'where it is; keys are named, as ${secret:KEY}',
  'bridge.store.certificate': 'the certificate that counts: sha256: and its digest, or a file',
  'bridge.store.tls': '"off": without encryption, as in a VPN',
  'bridge.plugins': 'the digest of each plugin that may run, by file name; mcp-twin plugin allow writes it',
  'bridge.http': 'reserved, without effect so far: mcp-twin serve --http PORT',
  'bridge.ws': 'reserved, without effect so far: mcp-twin serve --ws PORT',
}

/** The settings of a server, and the same once more for what differs in an environment. */
function forServer(path: string, words: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(words).flatMap(([key, text]) => [
      [`${path}.${key}`, text],
      [`${path}.on.*.${key}`, `there: ${text}`],
    ]),
  )
}
