import { memoryDelete } from './memory-delete.ts'
import { memoryGet } from './memory-get.ts'
import { memoryHistory } from './memory-history.ts'
import { memoryList } from './memory-list.ts'
import { memorySearch } from './memory-search.ts'
import { memorySet } from './memory-set.ts'

export const memory = [memorySet, memoryGet, memoryList, memorySearch, memoryDelete, memoryHistory]
