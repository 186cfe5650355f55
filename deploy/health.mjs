// The image's health check: asks the companion of this container for /health, by the settings it was started with.
const env = (name) => process.env[`SENSEVOICE_SERVE_${name}`] || undefined
const { get } = await import(env('TLS_CERT') === undefined ? 'node:http' : 'node:https')

const answer = await new Promise((resolve) => {
  const question = {
    host: '127.0.0.1',
    port: Number(env('PORT') ?? 8790),
    path: '/health',
    // The certificate is for the name that clients use.
    rejectUnauthorized: false,
    signal: AbortSignal.timeout(4000),
  }
  get(question, ({ statusCode }) => resolve(statusCode)).on('error', ({ message }) => resolve(message))
})
process.stdout.write(`/health: ${answer}\n`)
process.exit(answer === 200 ? 0 : 1)
