import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { freePort, temporaryDirectory, waitFor } from '@waybill/test-kit';

/** Whether Prometheus is on this machine (Debian: prometheus). */
export function hasPrometheus(): boolean {
  return spawnSync('prometheus', ['--version']).status === 0;
}

export interface PrometheusSeries {
  readonly metric: Readonly<Record<string, string>>;
}

export interface PrometheusServer extends AsyncDisposable {
  /** What an expression gives now. Throws where Prometheus does not understand it. */
  query(expression: string): Promise<readonly PrometheusSeries[]>;
}

/** A real Prometheus on loopback, which asks addresses (`host:port`) by job once a second. */
export async function startPrometheus(targets: Readonly<Record<string, readonly string[]>>): Promise<PrometheusServer> {
  await using stack = new AsyncDisposableStack();
  const folder = stack.use(await temporaryDirectory());
  const jobs = Object.entries(targets).map(([name, addresses]) => ({
    job_name: name,
    static_configs: [{ targets: addresses }],
  }));
  const file = path.join(folder.path, 'prometheus.yml');
  writeFileSync(file, JSON.stringify({ global: { scrape_interval: '1s' }, scrape_configs: jobs }));
  const address = `127.0.0.1:${await freePort()}`;
  const options = [
    `--config.file=${file}`,
    `--storage.tsdb.path=${folder.path}/data`,
    `--web.listen-address=${address}`,
  ];
  const child = spawn('prometheus', options, { stdio: 'ignore' });
  const ended = once(child, 'exit');
  stack.defer(async () => {
    child.kill('SIGKILL');
    await ended;
  });
  const isReady = (): Promise<boolean> =>
    fetch(`http://${address}/-/ready`).then(
      ({ ok }) => ok,
      () => false,
    );
  await waitFor(isReady, { timeoutMs: 60_000, intervalMs: 100, what: 'Prometheus' });
  const kept = stack.move();
  return {
    query: (expression) => query(address, expression),
    [Symbol.asyncDispose]: () => kept.disposeAsync(),
  };
}

async function query(address: string, expression: string): Promise<readonly PrometheusSeries[]> {
  const answer = await fetch(`http://${address}/api/v1/query?query=${encodeURIComponent(expression)}`);
  if (!answer.ok) throw new Error(`${expression}: ${await answer.text()}`);
  return ((await answer.json()) as { data: { result: PrometheusSeries[] } }).data.result;
}
