import { clients } from '../catalog/clients/index.ts'
import { toHere } from '../core/paths.ts'
import type { Environment } from '../model/environment.ts'
import type { Manifest } from '../model/manifest.ts'
import { native } from '../model/path.ts'

/**
 * Every client's own config file on this side, where it is by rule and where the manifest says, and the folders of logins that a
 * variable moved.
 */
export function clientFiles(self: Environment, manifest: Manifest): string[] {
  const files = clients.flatMap((client) => {
    const said = manifest.clients?.[client.id]
    const named = typeof said === 'object' && said.file !== undefined ? [native(said.file)] : []
    const usual = [client.file(self), ...(client.preferredFile === undefined ? [] : [client.preferredFile(self)])]
    return [...named, ...(client.environments.includes(self.kind) ? usual : [])]
  })
  return [...files, ...clients.flatMap((client) => client.closedFolders?.(self) ?? [])].flatMap((file) => toHere(self, file) ?? [])
}
