import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { makeCertificate, temporaryDirectory, waitFor } from '@waybill/test-kit';
import type { TestCertificate } from '@waybill/test-kit';
import { describe, expect, it } from 'vitest';
import { listFiles, readFiles, writeFiles } from './support/archive-files.ts';
import { listening, runOnce, startBackfiller } from './support/backfiller.ts';
import { filesOf, makeSegments } from './support/made-segments.ts';

const authority = makeCertificate('authority');
const certificates = {
  authority,
  node: makeCertificate('node', authority),
  friend: makeCertificate('friend', authority),
  stranger: makeCertificate('stranger', makeCertificate('another authority')),
};
type Name = keyof typeof certificates;

const writePems = (folder: string): void => {
  for (const [name, { cert, key }] of Object.entries(certificates) as [Name, TestCertificate][]) {
    writeFileSync(path.join(folder, `${name}.pem`), cert);
    writeFileSync(path.join(folder, `${name}.key`), key);
  }
};

const shownTo = (folder: string, name: Name): string[] => [
  ...['--node-cert', path.join(folder, `${name}.pem`), '--node-key', path.join(folder, `${name}.key`)],
];

/** A node that lets in only who has a certificate of the authority. */
const startGuarded = async (folder: string, base: string) => {
  const pem = (name: string): string => path.join(folder, name);
  const tls = ['--tls-cert', pem('node.pem'), '--tls-key', pem('node.key'), '--tls-client-ca', pem('authority.pem')];
  return listening(await startBackfiller(['serve', '--base-dir', base, '--host', '127.0.0.1', '--port', '0', ...tls]));
};

describe.concurrent('a node that asks for certificates', () => {
  it('is backfilled from with one of its authority, in batches, and its events are heard', async () => {
    await using pems = await temporaryDirectory();
    await using source = await temporaryDirectory();
    await using copy = await temporaryDirectory();
    writePems(pems.path);
    const [late, ...early] = makeSegments(30);
    writeFiles(source.path, filesOf(early));
    await using node = await startGuarded(pems.path, source.path);
    expect(node.url).toMatch(/^https:/);
    const ca = ['--node-ca', path.join(pems.path, 'authority.pem')];
    const { code, report } = await runOnce(copy.path, [node.url], [...ca, ...shownTo(pems.path, 'friend')]);
    expect({ code, verified: report.totals.verified }).toEqual({ code: 0, verified: 29 });
    expect(readFiles(copy.path)).toEqual(readFiles(source.path));

    const wait = ['--interval', '1h', '--live', 'always', '--metrics-port', '0'];
    await using follower = await startBackfiller([
      ...['backfill', 'demo', '--base-dir', copy.path, '--static-nodes', node.url],
      ...[...wait, ...ca, ...shownTo(pems.path, 'friend')],
    ]);
    await waitFor(() => follower.logs().some(({ msg }) => msg === 'Backfill complete'), { timeoutMs: 60_000 });
    writeFiles(source.path, filesOf([late!]));
    await waitFor(() => listFiles(copy.path).includes(late!.path), { timeoutMs: 60_000 });
  });

  it.each([
    ['without a certificate', true, undefined],
    ['with one of another authority', true, 'stranger'],
    ['where its own authority is not known', false, 'friend'],
  ] as const)('gives nothing %s: the pass ends with 3 and says why', async (_how, withCa, shown) => {
    await using pems = await temporaryDirectory();
    await using source = await temporaryDirectory();
    await using copy = await temporaryDirectory();
    writePems(pems.path);
    writeFiles(source.path, filesOf(makeSegments(3)));
    await using node = await startGuarded(pems.path, source.path);
    const { code, report } = await runOnce(
      copy.path,
      [node.url],
      [
        ...(withCa ? ['--node-ca', path.join(pems.path, 'authority.pem')] : []),
        ...(shown === undefined ? [] : shownTo(pems.path, shown)),
      ],
    );
    expect({ code, error: report.nodes[0]?.error?.code }).toEqual({ code: 3, error: 'ERR_NODE_UNREACHABLE' });
    expect(listFiles(copy.path)).toEqual([]);
  });
});
