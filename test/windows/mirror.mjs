// Says on stderr how it was started, then gives back on stdout what it gets on stdin, byte for byte.
const names = process.argv.filter((word) => word.startsWith('--tell=')).flatMap((word) => word.slice(7).split(','))
const env = Object.fromEntries(names.map((name) => [name, process.env[name]]))
process.stderr.write(`${JSON.stringify({ platform: process.platform, argv: process.argv.slice(2), env })}\n`)
process.stdin.pipe(process.stdout)
