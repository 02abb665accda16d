// Holds the lock of a home's state, whose folder is its argument, until it is killed.
import { withRunLock } from '../../../src/effects/store/lock.ts'
import { reachable } from '../../../src/model/path.ts'
import { nodeSystem } from '../../../src/system/node.ts'

await withRunLock(nodeSystem(), reachable(process.argv[2] ?? ''), 'linux', async () => {
  console.log('held')
  setInterval(() => {}, 1000)
  await new Promise(() => {})
})
