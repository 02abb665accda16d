import type { ServerSpec } from '../../../model/manifest.ts'
import { lastName, programName } from '../../launch/command-line.ts'

/** Names that say only what kind of thing it is. */
const general =
  /^(?:mcp|server|mcp[-_]server|server[-_]mcp|cli|index|main|app|dist|build|src|bin|run|start|api|www|remote|latest|v\d+|node|npx|python[\d.]*|py|uv|uvx|docker|podman|cmd|bash|sh|wsl|deno|bun|java|dotnet|go)$/i

const nameWord = (word: string): string =>
  word
    .replace(/\.(?:git|[cm]?[jt]s|py|jar|dll|exe|cmd|bat|sh)$/i, '')
    .replace(/[^\w-]+/g, '-')
    .replace(/^-+|-+$/g, '')

/** The last of these parts that says more than what kind of thing it is. */
const last = (parts: readonly string[]): string | null => parts.map(nameWord).findLast((part) => part !== '' && !general.test(part)) ?? null

function fromPackage(words: string): string | null {
  const [scope = '', name = ''] = words.startsWith('@') ? words.slice(1).split('/') : ['', words]
  return last([scope, name.replace(/@.*$/, '')])
}

function fromAddress(url: string): string | null {
  const host = /^https?:\/\/(?:[^/@]*@)?([^/:?#]+)/i.exec(url)?.[1] ?? ''
  if (/^[\d.]+$/.test(host) || !host.includes('.')) return nameWord(host) === '' ? null : nameWord(host)
  return (
    host
      .split('.')
      .slice(0, -1)
      .map(nameWord)
      .find((part) => part !== '' && !general.test(part)) ?? null
  )
}

/** Options of docker that take a word of their own. */
const dockerValue =
  /^(?:-[evpuwhlm]|--(?:env|env-file|volume|mount|network|net|name|publish|user|workdir|entrypoint|platform|label|memory|cpus|pull|add-host|hostname|gpus))$/

function fromCommand(command: string, args: readonly string[]): string | null {
  const program = programName(command)
  const isDocker = program === 'docker' || program === 'podman'
  const words = args.filter((word, at) => !word.startsWith('-') && !(isDocker && dockerValue.test(args[at - 1] ?? '')))
  if (isDocker) {
    const image = words[1] ?? ''
    return last(
      image
        .replace(/@sha256:.*$/, '')
        .replace(/:[\w.-]+$/, '')
        .split('/'),
    )
  }
  if (program === 'uvx' || program === 'uv' || program === 'pipx') {
    const [source, directory] = [/^--from$/, /^--directory$/].map(
      (flag) => args[args.findIndex((word) => flag.test(word)) + 1 || args.length],
    )
    const [named = ''] = words.filter((word) => !/^(?:tool|run|x)$/.test(word) && word !== source && word !== directory)
    return last([...(directory ?? '').split(/[\\/]/), ...named.replace(/(?<=.)(?:@|==|\[).*$/, '').split('/')])
  }
  if (!general.test(program)) return last(lastName(command).split('/'))
  const module = args.indexOf('-m')
  const script = module >= 0 ? (args[module + 1] ?? '').split('.')[0] : words.find((word) => /[\\/.]/.test(word))
  return script === undefined ? null : last(script.split(/[\\/]/))
}

/** A name for a server that came without one, from what it starts or reaches; null where that says nothing. */
export function nameFor({ package: words, pypi, url, command, args = [] }: ServerSpec): string | null {
  const found =
    words !== undefined
      ? fromPackage(words)
      : pypi !== undefined
        ? fromCommand('uvx', [pypi])
        : url !== undefined
          ? fromAddress(url)
          : command === undefined
            ? null
            : fromCommand(command, args)
  return found === null || found.length > 64 ? null : found
}
