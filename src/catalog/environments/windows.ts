import { dirName, joinPath } from '../../core/paths.ts'
import { type NativePath, native } from '../../model/path.ts'
import { defineEnvironment, type Variables } from './definition.ts'

const side = { kind: 'windows' } as const
const program = ['node_modules', 'npm', 'bin', 'npm-cli.js'] as const

/** `NAME\rest`, when that variable is set. */
const under = (variables: Variables, name: string, ...rest: string[]): readonly NativePath[] => {
  const base = variables[name]
  return base === undefined || base === '' ? [] : [joinPath(side, base, ...rest)]
}

/**
 * Windows. Its installer puts node and npm into one folder; an npm that was updated by npm itself is under AppData. fnm's
 * folders on PATH live as long as one shell (Schniz/fnm#1366), so that its `default` alias is looked for instead.
 */
export const windows = defineEnvironment({
  kind: 'windows',
  nodeFile: 'node.exe',
  nodeFolders: (variables) => [
    ...under(variables, 'ProgramFiles', 'nodejs'),
    ...under(variables, 'NVM_SYMLINK'),
    ...under(variables, 'FNM_DIR', 'aliases', 'default'),
    ...under(variables, 'APPDATA', 'fnm', 'aliases', 'default'),
    ...under(variables, 'LOCALAPPDATA', 'fnm', 'aliases', 'default'),
    ...under(variables, 'LOCALAPPDATA', 'Volta', 'bin'),
    ...under(variables, 'ProgramFiles', 'Volta'),
    ...under(variables, 'USERPROFILE', 'scoop', 'apps', 'nodejs', 'current'),
    ...under(variables, 'LOCALAPPDATA', 'Programs', 'nodejs'),
    ...under(variables, 'ProgramFiles(x86)', 'nodejs'),
  ],
  npmPlaces: (node, { appData }) => [
    joinPath(side, dirName(side, node), ...program),
    ...(appData === undefined ? [] : [joinPath(side, appData, 'npm', ...program)]),
    native('C:\\Program Files\\nodejs\\node_modules\\npm\\bin\\npm-cli.js'),
  ],
  defaultPrefix: (node) => dirName(side, node),
  getNode: 'winget install OpenJS.NodeJS.LTS',
  getNpm: 'winget install --force OpenJS.NodeJS.LTS',
})
