import { searchHistory } from './search-history.ts'
import { searchReuse } from './search-reuse.ts'

export const shared = [searchHistory, searchReuse]
