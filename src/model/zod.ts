import { z } from 'zod'

// zod would compile each schema into code of its own at first use. That pays after hundreds of values; a command reads a
// handful of files once, and spends a tenth of its time on it.
z.config({ jitless: true })

export { z }
