import type { ServerResponse } from 'node:http'

/** Ends an answer with JSON that is true only now. */
export function jsonAnswer(response: ServerResponse, status: number, body: object): void {
  response
    .writeHead(status, {
      'Content-Type': 'application/json',
      'Cache-Control': 'no-store',
      'X-Content-Type-Options': 'nosniff',
    })
    .end(JSON.stringify(body))
}

/** Ends an answer with what was wrong. */
export function faultAnswer(response: ServerResponse, status: number, message: string): void {
  jsonAnswer(response, status, { error: { message } })
}
