import manifest from '../package.json' with { type: 'json' }

/** The version of this very program; the build writes it into the code. */
export const version: string = manifest.version
