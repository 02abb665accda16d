import type { Override, ServerSpec } from '../../model/manifest.ts'
import { pythonWords } from '../packages/python.ts'
import { programName } from './command-line.ts'

/** Flags of each runner that take the next word for their value; of the other ones nothing is known, so they take none. */
const RUNNERS: Readonly<Record<string, { readonly after: readonly string[]; readonly takes: RegExp }>> = {
  uvx: { after: [], takes: /^(?:-p|--python|--with|--with-editable|--index|--index-url|--extra-index-url|--from|--directory|--env-file)$/ },
  pipx: { after: ['run'], takes: /^(?:--spec|--python|--pip-args|--index-url)$/ },
  docker: {
    after: ['run'],
    takes:
      /^(?:-[evpwulmh]|--(?:env|env-file|volume|mount|publish|workdir|user|label|memory|hostname|name|network|net|platform|entrypoint|add-host|cpus|gpus|pull|restart|log-driver|security-opt|cap-add|cap-drop|device|dns|ip|tmpfs|ulimit))$/,
  },
}

/** The package or image that `uvx`, `pipx run`, `docker run` and their like start, as typed; null for any other program. */
export function startedPackage({ command, args = [] }: ServerSpec | Override): string | null {
  const program = command === undefined ? '' : programName(command)
  const name = program === 'podman' ? 'docker' : program
  const runner = Object.hasOwn(RUNNERS, name) ? RUNNERS[name] : undefined
  if (runner === undefined) return null
  let at = 0
  for (const word of runner.after) {
    // `docker container run`
    if (args[at] === 'container') at++
    if (args[at++] !== word) return null
  }
  for (; at < args.length; at++) {
    const word = args[at] ?? ''
    const [, flag = '', joined] = /^(--[\w-]+)=([\s\S]*)$/.exec(word) ?? [word, word]
    if (/^--(?:from|spec)$/.test(flag)) return joined ?? args[at + 1] ?? null
    if (!word.startsWith('-')) return word
    if (joined === undefined && runner.takes.test(word)) at++
  }
  return null
}

/** `pkg@1.2` and `pkg==1.2` → `pkg`; `ghcr.io/a/b:tag` → `ghcr.io/a/b`. */
const withoutVersion = (words: string): string =>
  words
    .replace(/(?<=.)(?:@|==|>=|~=).*$/, '')
    .replace(/:[\w.-]+$/, '')
    .toLowerCase()

/** Returns what identifies a server, whatever its name: its package or image without a version, or its address. */
export function identities(server: ServerSpec): string[] {
  return [server, ...Object.values(server.on ?? {})].flatMap((part) => {
    const started = startedPackage(part)
    return [
      ...(part.package === undefined ? [] : [withoutVersion(part.package)]),
      ...(part.pypi === undefined ? [] : [withoutVersion(part.pypi)]),
      ...(started === null ? [] : [withoutVersion(started)]),
      ...(part.url === undefined
        ? []
        : [
            part.url
              .replace(/[?#].*$/, '')
              .replace(/\/+$/, '')
              .toLowerCase(),
          ]),
    ]
  })
}

/** What a server starts or reaches, for a row of a list: `tavily-mcp`, `uvx blender-mcp`, `docker ghcr.io/a/b`. */
export function startedWords(server: ServerSpec): string {
  const started = startedPackage(server)
  if (started !== null) return `${programName(server.command ?? '')} ${started}`
  const { package: words, pypi, url, command, extension } = server
  return words ?? (pypi === undefined ? undefined : pythonWords(pypi)) ?? url ?? command ?? extension ?? 'differs per side'
}
