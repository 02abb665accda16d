import { count } from '../../../core/count.ts'
import { inQuotes, quoteInLine } from '../../base/quote.ts'
import { optional, whole, flag } from '../../base/input.ts'
import { unsentFacts, unsentWords } from '../../base/unsent.ts'
import type { Transaction } from '../../store/transaction.ts'
import { defineTool } from '../../contract/tool.ts'
import { keyArgument, namespaceArgument } from './arguments.ts'
import { nearWords, newness } from './words.ts'

export const memoryDelete = defineTool({
  name: 'memory_delete',
  family: 'memory',
  effect: 'write',
  description: 'Forget a key. Its versions stay, unless history is true.',
  input: { key: keyArgument, namespace: optional(namespaceArgument), if_version: optional(whole({ least: 1 })), history: optional(flag()) },
  subject: ({ key, namespace }) => (namespace === undefined ? key : `${namespace} ${key}`),
  async handle({ key, if_version: ifVersion, history = false, ...wanted }, bridge, { client, session }) {
    const { readKey } = await import('../../memory/reading.ts')
    const { nearKeys } = await import('../../memory/near.ts')
    const { forgetHistory, remove } = await import('../../memory/memory.ts')
    const store = await bridge.store()
    const own = await bridge.namespace()
    const work = (transaction: Transaction) => {
      const namespace = wanted.namespace ?? readKey(transaction, { key, own }, transaction.now).entry?.namespace ?? own
      const deleted = remove(transaction, { namespace, key, ifVersion })
      const versions = history ? forgetHistory(transaction, namespace, key) : 0
      return {
        deleted,
        namespace,
        versions,
        near: deleted || versions > 0 ? [] : nearKeys(transaction, key, wanted.namespace, transaction.now),
      }
    }
    const { result, isUnsent } = await store.keep({ client, session }, work, ifVersion === undefined)
    const { deleted, namespace, versions, near } = result
    const isDone = deleted || versions > 0
    const isNew = await newness(bridge, isDone ? undefined : wanted.namespace)
    const forgot = `Forgot ${inQuotes(key)} of ${quoteInLine(namespace)}${history ? ` and its history (${count(versions, 'version')})` : ''}.${unsentWords(isUnsent)}`
    const words = isDone ? forgot : `There is no ${inQuotes(key)} in ${quoteInLine(namespace)}.${nearWords(near)}${isNew.words}`
    const data = {
      deleted,
      namespace,
      ...(history && { versions }),
      ...(near.length > 0 && { near }),
      ...unsentFacts(isUnsent),
      ...isNew.facts,
    }
    return { content: [{ type: 'text', text: words }], data }
  },
})
