/**
 * `Not Found` for 404. Asks Node's own table when it is first needed: an import of `node:http` also loads the client
 * behind its `fetch`, 20 ms that a program without a server does not have to spend.
 */
export function statusText(status: number): string | undefined {
  return process.getBuiltinModule('node:http').STATUS_CODES[status];
}
