// Uploads files one request each, over kept connections. Speaks v3, or a plain PUT for a server that is no Shaman.
// node shaman-load.ts URL COUNT SIZE CONCURRENCY SERIES post|put  → prints the seconds.
import { Agent, request } from 'node:http';
import { benchFile } from './shaman-files.ts';

const [url = '', count = '0', size = '0', concurrency = '1', series = 'load', method = 'post'] = process.argv.slice(2);
const files = Array.from({ length: Number(count) }, (_, index) => benchFile(index, Number(size), series));
const agent = new Agent({ keepAlive: true, maxSockets: Number(concurrency) });

function upload(sha: string, bytes: Uint8Array): Promise<void> {
  const target = method === 'put' ? `${url}/${sha}` : `${url}/api/v3/shaman/files/${sha}/${bytes.length}`;
  const headers = { 'content-type': 'application/octet-stream', 'content-length': bytes.length };
  const { promise, resolve, reject } = Promise.withResolvers<undefined>();
  const sent = request(target, { method: method.toUpperCase(), agent, headers }, (response) => {
    response.resume().on('end', () => {
      const status = response.statusCode ?? 0;
      if (status >= 200 && status < 205) resolve(undefined);
      else reject(new Error(`${target}: ${status}`));
    });
  });
  sent.on('error', reject).end(bytes);
  return promise;
}

const started = process.hrtime.bigint();
const slots = Array.from({ length: Number(concurrency) }, async () => {
  for (let file = files.pop(); file !== undefined; file = files.pop()) await upload(file.sha, file.bytes);
});
await Promise.all(slots);
console.log(String(Number(process.hrtime.bigint() - started) / 1e9));
agent.destroy();
