import { whole } from '../input.ts'
import { limits } from '../limits.ts'
import { defineOption } from './option.ts'

export const maxResults = defineOption({
  key: 'max_results',
  field: whole({ least: 1, most: limits.searchResults }),
  usual: 100,
  means: 'hits that a search hands back at once',
})
