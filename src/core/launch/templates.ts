import type { Environment } from '../../model/environment.ts'
import { reveal } from '../../model/secret.ts'
import { isKey } from '../keys/judge.ts'
import { joinPath, type PlacedPath, readPath, translate } from '../paths.ts'
import { type Refused, type RenderContext, refuse } from './request.ts'
import { fillTemplates } from '../keys/template.ts'

/** Fills templates for one side and remembers what was missing, so that everything missing is reported at once. */
export interface Filler {
  text(text: string): string
  texts(texts: Readonly<Record<string, string>> | undefined): Record<string, string>
  /** A key was filled in. */
  readonly holdsKey: boolean
  /** What was missing; null when all could be filled. */
  refusal(): Refused | null
}

type FillContext = Pick<RenderContext, 'manifest' | 'key' | 'variable' | 'world' | 'home' | 'project'>

const list = (names: Iterable<string>): string => [...names].join(', ')

/** True for a path that hangs on where it is read: neither from a root, nor from `~`, nor on a drive. */
export const isRelative = (path: string): boolean => path !== '' && !/^(~|[A-Za-z]:|[\\/])/.test(path)

/** What `${path:P}` names: in a project a relative one is the project's, elsewhere it is from home's `~`. */
function placedPath(path: string, { world, home, project }: Pick<RenderContext, 'world' | 'home' | 'project'>): PlacedPath | null {
  if (project === undefined || !isRelative(path)) return readPath(path, world, home)
  return {
    environment: project.environment,
    path: joinPath(project.environment, project.path, path),
  }
}

/** `runs` is the side whose spelling paths get. */
export function makeFiller(context: FillContext, runs: Environment): Filler {
  const keys = new Set<string>()
  const variables = new Set<string>()
  const paths = new Set<string>()
  let holdsKey = false
  const value = (kind: 'secret' | 'path' | 'env', name: string): string => {
    if (kind === 'path') {
      const place = placedPath(name, context)
      const path = place === null ? null : translate(context.world, place.path, place.environment, runs)
      if (path === null) paths.add(name)
      return path ?? ''
    }
    if (kind === 'env') {
      const found = context.variable(name)
      if (found === undefined) variables.add(name)
      else if (isKey(name, found) !== null) holdsKey = true
      return found ?? ''
    }
    const key = context.key(name)
    if (key === null) keys.add(name)
    else holdsKey = true
    return key === null ? '' : reveal(key)
  }
  const text = (raw: string): string => fillTemplates(raw, value)
  return {
    text,
    texts: (raw = {}) => Object.fromEntries(Object.entries(raw).map(([name, each]) => [name, text(each)])),
    get holdsKey() {
      return holdsKey
    },
    refusal() {
      if (keys.size > 0) {
        const [first = ''] = keys
        const what = `${keys.size === 1 ? 'the key' : 'the keys'} ${list(keys)} ${keys.size === 1 ? 'is' : 'are'} not`
        const keeper = context.manifest.secrets?.command.join(' ')
        const given = `or give it ${keeper === undefined ? 'with init --secrets FILE, or ' : ''}as the variable MCP_TWIN_SECRET_${first}`
        const why =
          keeper === undefined
            ? refuse(`${what} in the store`, `mcp-twin secret set ${first}; ${given}`)
            : refuse(`${what} given by "${keeper}"`, `put it there, then: mcp-twin sync; ${given}`)
        return { ...why, needsKey: true }
      }
      if (variables.size > 0) {
        return refuse(
          `${variables.size === 1 ? 'the variable' : 'the variables'} ${list(variables)} (\${env:…}) ${variables.size === 1 ? 'is' : 'are'} not set here`,
          `set ${variables.size === 1 ? 'it' : 'them'}, then: mcp-twin sync`,
        )
      }
      if (paths.size > 0) {
        return refuse(
          `${list([...paths].map((path) => `\${path:${path}}`))} names nothing that ${runs.id} can reach`,
          'give a path that this side can reach, or one that differs per side with "on"',
        )
      }
      return null
    },
  }
}
