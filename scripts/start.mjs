// `npm start`: installs what is missing, builds, serves the demo page on this machine and prints its address.
import './setup.mjs'
import { buildDemo } from './lib/build-packages.mjs'

await buildDemo()
const { preview } = await import('vite')
const server = await preview({ preview: { port: Number(process.env.PORT ?? 5173) } })
const address = server.resolvedUrls?.local[0]
console.log(`\nThe demo page is ready: ${address}\nPress Ctrl+C to stop.`)
