import { type ServiceError, status } from '@grpc/grpc-js'
import { OipError, type OipErrorKind } from './oip-error.ts'

/** How grpc-js itself puts the end of a connection and a message over the limit, in either case possibly after the headers of an answer. */
const CUT = /^(?:Connection dropped|Received RST_STREAM|No connection established|Call cancelled)/
const TOO_LONG = /^Received message larger than max/

/**
 * What a status other than OK means. UNAVAILABLE comes from a server that is overloaded (Triton's full queue), or from grpc itself for want of a
 * connection; only a server's own has the headers of an answer.
 *
 * @param answered whether headers of an answer came before the status
 */
export function grpcError(error: ServiceError | null, answered: boolean): OipError {
  if (error === null) return new OipError('bad-answer', 'the server answered without a message')
  const { code, details } = error
  const words = details === '' ? 'no reason given' : details.slice(0, 200)
  if (TOO_LONG.test(details))
    return new OipError('bad-answer', `the answer is too long: ${words}`, { cause: error })
  const own = (answered || error.metadata.get('content-type').length > 0) && !CUT.test(details)
  if (!own && code !== status.DEADLINE_EXCEEDED && code !== status.UNIMPLEMENTED) {
    return new OipError('unreachable', `the connection failed: ${words}`, { cause: error })
  }
  return new OipError(kindOf(code), `the server answered ${status[code]}: ${words}`, { cause: error })
}

function kindOf(code: status): OipErrorKind {
  switch (code) {
    case status.UNAVAILABLE:
    case status.RESOURCE_EXHAUSTED:
      return 'overloaded'
    case status.DEADLINE_EXCEEDED:
      return 'timeout'
    case status.INVALID_ARGUMENT:
    case status.OUT_OF_RANGE:
      return 'refused'
    case status.NOT_FOUND:
    case status.FAILED_PRECONDITION:
    case status.UNIMPLEMENTED:
    case status.UNAUTHENTICATED:
    case status.PERMISSION_DENIED:
      return 'unready'
    default:
      return 'failed'
  }
}
