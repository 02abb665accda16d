import { join } from 'node:path'
import { linksFileName, type NamespaceLinks, parseLinks } from '../../core/namespace-links.ts'
import type { Settings } from '../base/settings.ts'
import { limits } from '../base/limits.ts'
import { SmallFile } from '../base/small-file.ts'
import { type Checkout, projectOf, sharedNamespace } from './namespace.ts'

/** Where a bridge remembers what its program names no namespace for. */
export class OwnNamespace {
  private readonly settings: Pick<Settings, 'namespace' | 'variables'>
  private readonly links: SmallFile<NamespaceLinks>
  private project: Promise<Checkout | null> | undefined

  constructor(settings: Pick<Settings, 'folder' | 'namespace' | 'variables'>) {
    this.settings = settings
    this.links = new SmallFile<NamespaceLinks>(join(settings.folder, linksFileName), {
      most: limits.namespaceLinksBytes,
      none: {},
      parse: parseLinks,
    })
  }

  /** The name that a person has given to Claude Code's project on this machine, else its own, else the manifest's, else the one that all share. */
  async now(): Promise<string> {
    const { namespace, variables } = this.settings
    const folder = variables.CLAUDE_PROJECT_DIR ?? ''
    this.project ??= folder === '' ? Promise.resolve(null) : projectOf(folder)
    const project = await this.project
    if (project === null) return namespace ?? sharedNamespace
    return this.links.read()[project.folder] ?? project.namespace
  }

  /** Why the names that a person gave cannot be used, as sentences. */
  problems(): readonly string[] {
    const { trouble } = this.links
    return trouble === null
      ? []
      : [`bridge/${linksFileName} cannot be used (${trouble}), so every project has its own namespace: mcp-twin store link DIR NAME`]
  }
}
