import { native } from '../../model/path.ts'
import { defineEnvironment } from './definition.ts'
import { linux, unixNpmPlaces } from './linux.ts'

/** macOS: one environment. Homebrew keeps npm beside its node or in its shared prefix. */
export const macos = defineEnvironment({
  ...linux,
  kind: 'macos',
  nodeFolders: () => [native('/opt/homebrew/bin'), native('/usr/local/bin')],
  npmPlaces: (node) => [...unixNpmPlaces(node), native('/opt/homebrew/lib/node_modules/npm/bin/npm-cli.js')],
  getNode: 'brew install node',
  getNpm: 'brew reinstall node',
})
