// A machine in a process of its own, which writes one key after another until it is killed. Each line names a key that was kept.
import { set } from '../../../src/bridge/memory/memory.ts'
import { startMachine } from './machine.ts'

const [folder = '', name = '', url = '', prefix = ''] = process.argv.slice(2)
const { store } = await startMachine(folder, name, url)
for (let i = 0; ; i++) {
  const key = `${prefix} ${i}`
  await store.write({ client: 'code', session: prefix }, (transaction) =>
    set(transaction, { namespace: 'shared', key, value: i, ifVersion: 0 }),
  )
  process.stdout.write(`${key}\n`)
}
