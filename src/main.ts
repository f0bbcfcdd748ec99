import { enableCompileCache } from 'node:module'

// What was compiled at the last start is kept in the temporary folder: the next one takes half the time.
enableCompileCache()
await import('./start.ts')
