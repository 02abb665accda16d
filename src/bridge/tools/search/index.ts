import { moreResults } from './more-results.ts'
import { searchFiles } from './search-files.ts'
import { searchText } from './search-text.ts'
import { stopSearch } from './stop-search.ts'

export const search = [searchFiles, searchText, moreResults, stopSearch]
