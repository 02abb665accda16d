// Claude Desktop's part in the lab: reads its config and starts every server in it, as `npm run test:windows` does on a
// real Windows. Arguments: the config file, then names of entries (default: all). Prints one JSON list.
import { asDesktop } from './desktop.mjs'

const [file, ...names] = process.argv.slice(2)
console.log(JSON.stringify(await asDesktop(file, names)))
