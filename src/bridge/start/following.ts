import { versionOf } from '../base/access.ts'
import { limits } from '../base/limits.ts'
import type { Bridge } from '../contract/bridge.ts'

/**
 * Lets the allowed folders of a bridge follow the manifest: added ones open, removed ones close. What runs keeps what it had. A
 * manifest that cannot be read opens nothing but the workspace. Returns a function that ends it.
 */
export function followRoots({ settings, policy, log }: Bridge): () => void {
  const { rootsNow } = settings
  if (rootsNow === undefined) return () => undefined
  let version = versionOf(rootsNow.manifest)
  let known = JSON.stringify([settings.roots, settings.readable ?? []])
  const look = async (): Promise<void> => {
    const now = versionOf(rootsNow.manifest)
    if (now === version) return
    const roots = await rootsNow.read()
    version = now
    const print = JSON.stringify([roots.roots, roots.readable])
    if (print === known) return
    known = print
    // The one thing in the settings that changes while a bridge runs.
    Object.assign(settings, roots)
    policy.follow(roots)
    log.write('bridge', 'info', `the manifest has changed: folders ${roots.roots.join(', ')}`)
  }
  let looking = false
  const timer = setInterval(() => {
    if (looking) return
    looking = true
    look()
      .catch((error: Error) => log.write('bridge', 'warning', error.message))
      .finally(() => {
        looking = false
      })
  }, limits.manifestEveryMs)
  timer.unref()
  return () => clearInterval(timer)
}
