export const LIVEKIT_VERSION: string
export function findLivekitServer(): Promise<{ path: string } | { reason: string }>
