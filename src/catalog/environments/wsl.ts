import { defineEnvironment } from './definition.ts'
import { linux } from './linux.ts'

/** A WSL distribution is a Linux to its programs; what is different is how it is reached, which detection knows. */
export const wsl = defineEnvironment({
  ...linux,
  kind: 'wsl',
  getNode: 'install Node.js 20 or newer inside the distribution; the one of Windows does not count there',
  getNpm: 'install the package npm too, inside the distribution, or Node.js from https://nodejs.org, which brings npm',
})
