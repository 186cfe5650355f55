import type { IncomingMessage } from 'node:http'
import { xiaozhiOta } from '@sensevoice-web/protocol'
import type { ServeConfig } from './config.ts'
import { signToken, type TokenRule } from './tokens.ts'

const DAYS = 30
const SECONDS_A_DAY = 86_400

type Rules = Pick<ServeConfig, 'tokens' | 'otaDevices' | 'tls' | 'trustProxy'>

/**
 * Where stock xiaozhi firmware is told to come to. Only a device that the configuration names gets a token here: the question itself proves
 * nothing.
 *
 * @returns the status and the body of the answer
 */
export function otaAnswer(
  { tokens, otaDevices, tls, trustProxy }: Rules,
  { method, headers }: IncomingMessage,
): [number, object] {
  const device = String(headers['device-id'] ?? '')
  if (method !== 'POST') return refused(405, 'this is asked for by POST')
  if (tokens.type !== 'none' && !otaDevices.includes(device)) {
    return refused(403, 'this device is not named by --ota-device')
  }
  // Behind a proxy that ends TLS, devices come by TLS too.
  const secure = tls !== undefined || (trustProxy && headers['x-forwarded-proto'] === 'https')
  const address = `${secure ? 'wss' : 'ws'}://${headers.host ?? 'localhost'}/ws`
  return [200, xiaozhiOta(address, tokenOf(tokens, device), Date.now())]
}

function tokenOf(rule: TokenRule, device: string): string {
  switch (rule.type) {
    case 'none':
      return ''
    case 'one':
      return rule.token
    case 'devices':
      return rule.tokens.get(device) ?? ''
    case 'signed':
      return signToken(rule.secret, device, Math.floor(Date.now() / 1000) + DAYS * SECONDS_A_DAY)
  }
}

function refused(status: number, message: string): [number, object] {
  return [status, { error: { message } }]
}
