/** Cross-origin isolated and under the strict policy: what the README tells hosts to send. */
export const ISOLATED = 'http://127.0.0.1:4601'
/** The strict policy alone: no SharedArrayBuffer, one WASM thread. */
export const PLAIN = 'http://127.0.0.1:4602'
/** As `ISOLATED`, and the WebSocket of a companion on this machine may be asked. */
export const TALKATIVE = 'http://127.0.0.1:4603'
