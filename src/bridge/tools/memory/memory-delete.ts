import { optional, whole } from '../../base/input.ts'
import { defineTool } from '../../contract/tool.ts'
import { keyArgument, namespaceArgument } from './arguments.ts'

export const memoryDelete = defineTool({
  name: 'memory_delete',
  family: 'memory',
  effect: 'write',
  description: 'Forget a key; its history stays.',
  input: { key: keyArgument, namespace: optional(namespaceArgument), if_version: optional(whole({ least: 1 })) },
  subject: ({ key, namespace }) => (namespace === undefined ? key : `${namespace} ${key}`),
  async handle({ key, if_version: ifVersion, ...wanted }, bridge, { client, session }) {
    const { readKey } = await import('../../memory/reading.ts')
    const { remove } = await import('../../memory/memory.ts')
    const store = await bridge.store()
    const own = await bridge.namespace()
    const { deleted, namespace } = await store.write({ client, session }, (transaction) => {
      const namespace = wanted.namespace ?? readKey(transaction, { key, own }, transaction.now).entry?.namespace ?? own
      return { deleted: remove(transaction, { namespace, key, ifVersion }), namespace }
    })
    const words = deleted ? `Forgot "${key}" of ${namespace}.` : `There is no "${key}" in ${namespace}.`
    return { content: [{ type: 'text', text: words }], data: { deleted, namespace } }
  },
})
