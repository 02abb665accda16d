const programs = 'mcp-twin|npx|npm|node|chmod|mv|rm|mkdir|ls|sudo|git|cd|export|echo|claude|wsl|iconv|ren|winget|brew'
const whole = new RegExp(`^(?:${programs}) `)
const part = new RegExp(`→|(?<![\\w-])(?:${programs}) `)

/** Whether a remedy is a command, which is printed on one line, however long, so that it can be copied. */
export const isCommand = (remedy: string): boolean => whole.test(remedy)

const begun = new RegExp(`(?:^|\\n|[:;,.?→] ) *(?:[!→✗] +)?(?:(?:${programs})|\\S*[/\\\\]mcp-twin\\.mjs['"]?) [^\\n]*$`)

/** Whether a text is inside of a command where it ends: `→ chmod 600 '` is, `Cannot find module '` is not. */
export const endsInCommand = (text: string): boolean => begun.test(text)

/** Whether a line may hold what a person is to type. */
export const holdsCommand = (line: string): boolean => part.test(line)
