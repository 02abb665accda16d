// The suite imports `globSync` from 'fs', which Node has only from 22 on, and so does not load on Node 20; its server
// part never calls it. Preloaded with --import.
import { register } from 'node:module'

const inline = (source) => `data:text/javascript,${encodeURIComponent(source)}`
const filesWithGlob = inline(`
  export * from 'node:fs'
  export { default } from 'node:fs'
  import fs from 'node:fs'
  export const globSync = fs.globSync ?? (() => { throw new Error('fs.globSync needs Node 22') })
`)
register(
  inline(`
  export async function resolve(specifier, context, next) {
    const wanted = specifier === 'fs' && /conformance/.test(context.parentURL ?? '')
    return wanted ? { url: ${JSON.stringify(filesWithGlob)}, shortCircuit: true } : next(specifier, context)
  }
`),
)
