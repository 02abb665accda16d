/**
 * Splits a line that a person wrote as one text into words: blanks part them, quotes hold them together. A backslash
 * is an ordinary character, since Windows paths are full of it, except before a double quote inside double quotes.
 * Null when a quote stays open.
 */
export function words(line: string): string[] | null {
  const found: string[] = []
  let word: string | null = null
  let quote = ''
  for (let at = 0; at < line.length; at++) {
    const letter = line.charAt(at)
    if (quote !== '') {
      if (letter === quote) quote = ''
      else if (quote === '"' && letter === '\\' && line.charAt(at + 1) === '"') word = `${word ?? ''}${line.charAt(++at)}`
      else word = `${word ?? ''}${letter}`
    } else if (letter === '"' || letter === "'") {
      quote = letter
      word ??= ''
    } else if (/\s/.test(letter)) {
      if (word !== null) found.push(word)
      word = null
    } else word = `${word ?? ''}${letter}`
  }
  if (quote !== '') return null
  if (word !== null) found.push(word)
  return found
}

/** The words of a POSIX shell line that the shell would hand on unchanged; null when it would do anything else with it. */
export function simpleShellWords(line: string): string[] | null {
  const bare = line.replace(/'[^']*'/g, ' ')
  const split = /[$`\\|&;<>(){}*?[\]!\n]/.test(bare) ? null : words(line)
  if (split === null || /^\w+=/.test(split[0] ?? '') || /(^|\s)[~#]/.test(bare)) return null
  return split[0] === 'exec' ? split.slice(1) : split
}

/** Characters with a meaning for `cmd.exe`. */
const cmdSpecial = /[%^|&<>!\n]/

/** The words of a line that `cmd.exe` would hand on unchanged: no joining, no redirection, no variables, no carets. */
export const simpleCmdWords = (line: string): string[] | null => (cmdSpecial.test(line) || /['()]/.test(line) ? null : words(line))

/** Words that `cmd.exe` would hand on unchanged when they are given to it one by one. */
export const plainForCmd = (list: readonly string[]): boolean => !list.some((word) => cmdSpecial.test(word))

/** The last name of a path in either spelling. */
export const lastName = (path: string): string => path.slice(Math.max(path.lastIndexOf('/'), path.lastIndexOf('\\')) + 1)

/** The name of a program without folder and Windows ending, in lower case: `C:\…\npx.cmd` is `npx`. */
export const programName = (command: string): string =>
  lastName(command)
    .replace(/\.(exe|cmd|bat|ps1)$/i, '')
    .toLowerCase()

/** Programs that start servers, and that people write with their arguments in one line. */
const starters: ReadonlySet<string> = new Set([
  ...['npx', 'bunx', 'pnpx', 'uvx', 'pipx', 'bun', 'pnpm', 'yarn', 'npm', 'uv', 'docker', 'podman', 'node', 'deno', 'python', 'py'],
  ...['cmd', 'wsl', 'bash', 'sh', 'zsh', 'powershell', 'pwsh', 'dotnet', 'java', 'go', 'ruby'],
])

/** Whether a command is one of these programs; Python's may carry a version, as `python3.12`. */
export const isStarter = (command: string): boolean => starters.has(programName(command).replace(/^python[\d.]+$/, 'python'))

/**
 * `command` written as a whole line, `npx -y X`, as program and arguments. A path may hold blanks of its own
 * (`C:\Program Files\…`), so a line is split only where its first word is a program that takes arguments, or ends
 * like a Windows program before the blank; null = it is a program, not a line.
 */
export function splitCommandLine(command: string): string[] | null {
  if (!/\s/.test(command.trim())) return null
  const windows = /^"?([A-Za-z]:[\\/][^"]*?\.(?:exe|cmd|bat|com))"?\s+(\S.*)$/i.exec(command.trim())
  if (windows !== null) {
    const rest = words(windows[2] ?? '')
    return rest === null ? null : [windows[1] ?? '', ...rest]
  }
  const split = words(command)
  return split !== null && split.length > 1 && isStarter(split[0] ?? '') ? split : null
}
