import { accessSync, constants, statSync } from 'node:fs'
import { delimiter, extname, isAbsolute, join } from 'node:path'

/** A program found, and its arguments as the system wants them. */
export interface FoundProgram {
  readonly file: string
  readonly args: readonly string[]
  /** Windows: the arguments are quoted already. */
  readonly verbatim: boolean
}

const runnable = (path: string): boolean => {
  try {
    accessSync(path, constants.X_OK)
    return statSync(path).isFile()
  } catch {
    return false
  }
}

const variable = (env: Readonly<Record<string, string>>, name: string): string =>
  Object.entries(env).find(([key]) => key === name || (process.platform === 'win32' && key.toUpperCase() === name))?.[1] ?? ''

/**
 * Finds a program by the absolute folders of PATH; null when there is none. Neither the working directory nor a relative
 * folder of PATH is looked in: a client starts us in the folder of whatever project is open. On Windows a script needs cmd.exe around it.
 */
export function resolveProgram(command: string, args: readonly string[], env: Readonly<Record<string, string>>): FoundProgram | null {
  const windows = process.platform === 'win32'
  const bare = !isAbsolute(command) && !command.includes('/') && !(windows && command.includes('\\'))
  const folders = bare
    ? variable(env, 'PATH')
        .split(delimiter)
        .filter((folder) => isAbsolute(folder))
    : ['']
  const endings = windows
    ? extname(command) === ''
      ? (variable(env, 'PATHEXT') || '.COM;.EXE;.BAT;.CMD').split(';')
      : ['', ...'.COM;.EXE;.BAT;.CMD'.split(';')]
    : ['']
  const found = folders
    .flatMap((folder) => endings.map((ending) => (folder === '' ? command : join(folder, command)) + ending.toLowerCase()))
    .find(runnable)
  if (found === undefined) return null
  if (!windows || !/\.(cmd|bat)$/i.test(found)) return { file: found, args, verbatim: false }
  return {
    file: variable(env, 'COMSPEC') || `${variable(env, 'SYSTEMROOT') || 'C:\\Windows'}\\System32\\cmd.exe`,
    args: ['/d', '/s', '/c', `"${[quoteCommand(found), ...args.map(quoteArgument)].join(' ')}"`],
    verbatim: true,
  }
}

/** cmd.exe gives these a meaning of their own, even in quotes; a caret takes it away. */
const caret = (text: string): string => text.replace(/[()\][%!^"`<>&|;, *?]/g, '^$&')
const quoteCommand = caret

/**
 * One argument for a `.cmd` file: quoted as the C runtime wants it (backslashes before a quote doubled), then every
 * character that cmd.exe would act on escaped twice, since a `.cmd` shim hands its arguments to cmd.exe again
 * (moxystudio/node-cross-spawn#82, qntm.org/cmd).
 */
export function quoteArgument(argument: string): string {
  const quoted = `"${argument.replace(/(?=(\\+?)?)\1"/g, '$1$1\\"').replace(/(?=(\\+?)?)\1$/, '$1$1')}"`
  return caret(caret(quoted))
}
