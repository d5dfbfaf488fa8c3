// The floor of receiving: every byte comes, and nothing is done with it.
// node fetch-only.ts NODE_URL CHANNEL QUALITY CONCURRENCY
import { Agent, request } from 'undici';

const [node = '', channel = '', quality = '', concurrency = '5'] = process.argv.slice(2);
const dispatcher = new Agent({ connections: Number(concurrency) });

async function list(url: string): Promise<string[]> {
  const { body } = await request(url, { dispatcher });
  return (await body.json()) as string[];
}

/** No stream between: the handler is called with what the parser finds. */
function fetchOne(path: string): Promise<void> {
  return new Promise((resolve, reject) => {
    dispatcher.dispatch(
      { origin: node, path, method: 'GET' },
      {
        onRequestStart: () => undefined,
        onResponseStart: () => undefined,
        onResponseData: () => undefined,
        onResponseEnd: () => {
          resolve();
        },
        onResponseError: (_controller, error) => {
          reject(error);
        },
      },
    );
  });
}

for (const hour of await list(`${node}/files/${channel}/${quality}`)) {
  const names = await list(`${node}/files/${channel}/${quality}/${hour}?tombstones=true`);
  const slots = Array.from({ length: Number(concurrency) }, async () => {
    for (let name = names.pop(); name !== undefined; name = names.pop()) {
      await fetchOne(`/segments/${channel}/${quality}/${hour}/${encodeURIComponent(name)}`);
    }
  });
  await Promise.all(slots);
}
await dispatcher.close();
