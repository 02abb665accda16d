const LINES_MAX = 6

/** What Node prints around an error that nobody caught: the source, the stack, the fields, its own version. */
const around = [
  /^\s+at /,
  /^Node\.js v\d/,
  /^(?:node:internal\/|file:\/\/).*:\d+$/,
  /^\s*\^+$/,
  /^\s*throw /,
  /^\s*(?:errno|code|syscall|path|url): /,
  /^\s*\}$/,
]

/** The last lines of what a server printed on stderr; of a crash of Node those that say what happened. */
export function lastWords(text: string): string[] {
  const lines = text
    .split('\n')
    .map((line) => line.trimEnd())
    .filter((line) => line !== '')
  const telling = lines.filter((line) => !around.some((pattern) => pattern.test(line))).map((line) => line.replace(/ \{$/, ''))
  const isCrash = lines.some((line) => /^\s+at /.test(line) || /^Node\.js v\d/.test(line))
  return (isCrash && telling.length > 0 ? telling : lines).slice(-LINES_MAX)
}
