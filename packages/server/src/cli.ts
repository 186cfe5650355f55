import { readFileSync } from 'node:fs'
import { commandArguments, isTooLong, runWithPipe } from './cli/long-command-line.ts'
import { readArguments } from './cli/read-arguments.ts'
import type { Streams } from './cli/told.ts'
import { USAGE } from './cli/usage.ts'

// A reader that has seen enough (`| head`) closes the pipe: that ends the command, and is no failure.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE') process.exit(0)
  throw error
})

const STREAMS: Streams = {
  out: (text) => process.stdout.write(text),
  error: (text) => process.stderr.write(text),
  live: process.stderr.isTTY,
}

const argv = commandArguments()
process.exitCode = isTooLong(argv) ? await runWithPipe(argv) : await main(argv)

async function main(argv: readonly string[]): Promise<number> {
  const line = readArguments(argv)
  switch (line.type) {
    case 'help':
      process.stdout.write(USAGE)
      return 0
    case 'version':
      process.stdout.write(`${version()}\n`)
      return 0
    case 'wrong':
      process.stderr.write(`sensevoice: ${line.message}\nTry: sensevoice --help\n`)
      return 2
    case 'analyze': {
      // Loaded here, so that --help does not wait for onnxruntime.
      const { analyzeCommand } = await import('./cli/analyze-command.ts')
      return analyzeCommand(line.arguments, STREAMS)
    }
    case 'serve': {
      const { serveCommand } = await import('./cli/serve-command.ts')
      return serveCommand(line.arguments, process.env, STREAMS)
    }
    case 'device': {
      const { deviceCommand } = await import('./cli/device-command.ts')
      return deviceCommand(line.arguments, STREAMS)
    }
    case 'token': {
      const { tokenCommand } = await import('./cli/serve-command.ts')
      return tokenCommand(line.arguments, process.env, STREAMS)
    }
    case 'model': {
      const { modelCommand } = await import('./cli/model-command.ts')
      const interrupted = new AbortController()
      process.once('SIGINT', () => interrupted.abort())
      return modelCommand(line.arguments, STREAMS, interrupted.signal)
    }
  }
}

function version(): string {
  const text = readFileSync(new URL('../package.json', import.meta.url), 'utf8')
  return (JSON.parse(text) as { version: string }).version
}
