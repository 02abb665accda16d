import { dirName, joinPath } from '../../core/paths.ts'
import type { NativePath } from '../../model/path.ts'
import { native } from '../../model/path.ts'
import { defineEnvironment } from './definition.ts'

const side = { kind: 'linux' } as const
const program = ['npm', 'bin', 'npm-cli.js'] as const

/** The folder that node was installed into: `/usr` of `/usr/bin/node`. */
const installation = (node: NativePath): NativePath => dirName(side, dirName(side, node))

/** npm as node's own archives (nvm, fnm, volta, mise unpack those), Debian's package and other distributions leave it. */
export const unixNpmPlaces = (node: NativePath): readonly NativePath[] => [
  joinPath(side, installation(node), 'lib', 'node_modules', ...program),
  joinPath(side, installation(node), 'libexec', 'lib', 'node_modules', ...program),
  joinPath(side, installation(node), 'share', 'nodejs', ...program),
  native('/usr/local/lib/node_modules/npm/bin/npm-cli.js'),
  native('/usr/share/nodejs/npm/bin/npm-cli.js'),
]

/** Plain Linux: one environment, with nothing on another side. */
export const linux = defineEnvironment({
  kind: 'linux',
  nodeFile: 'node',
  nodeFolders: () => [native('/usr/local/bin'), native('/usr/bin')],
  npmPlaces: unixNpmPlaces,
  defaultPrefix: installation,
  getNode: 'install Node.js 20 or newer, from your distribution or https://nodejs.org',
  getNpm: 'install the package npm too, or Node.js from https://nodejs.org, which brings npm',
})
