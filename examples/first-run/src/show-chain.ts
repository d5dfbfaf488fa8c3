import { createWriteStream, mkdirSync } from 'node:fs';
import path from 'node:path';
import { finished } from 'node:stream/promises';
import { once } from 'node:events';
import { CarWriter } from '@waybill/car';
import { generateChain } from '@waybill/car/testing';
import { formatBytes, formatCount } from '@waybill/cli-kit';
import { run, runShown } from './program.ts';
import type { Chapter } from './summary.ts';
import { indented, say, step } from './telling.ts';

/** Some 300,000 blocks, of which the export leaves out the oldest third of the epochs. */
const TAIL = 90;

/** A chain as a node has it: real encodings of headers, messages, receipts and state, but nobody ever mined it. */
async function makeChain(file: string): Promise<{ blocks: number; bytes: number }> {
  const chain = await generateChain('demo');
  const stream = createWriteStream(file);
  const write = async (bytes: Uint8Array): Promise<void> => {
    // The writer uses its buffer again.
    if (!stream.write(Uint8Array.from(bytes))) await once(stream, 'drain');
  };
  const writer = new CarWriter({ write }, { roots: chain.summary().headCids });
  for (const { cid, data } of chain.blocks({ window: 4096 })) {
    writer.pushBlock(cid, data);
    if (writer.isFull) await writer.flush();
  }
  const { blockCount, sizeBytes } = await writer.end();
  stream.end();
  await finished(stream);
  return { blocks: blockCount, bytes: sizeBytes };
}

/** A range of a chain as a snapshot, and the proof that it is whole. */
export async function showChain(folder: string): Promise<Chapter> {
  mkdirSync(folder, { recursive: true });
  const [chain, snapshot] = [path.join(folder, 'chain.car'), path.join(folder, 'snapshot.car')];
  say('\n=== car-exporter: a range of a Filecoin-style chain as a CAR snapshot');
  step(1, 'A synthetic chain is made, and indexed: every block is compared with its CID.   waybill-car-exporter index');
  const made = await makeChain(chain);
  say(`   ${formatCount(made.blocks)} blocks, ${formatBytes(made.bytes)}`);
  const indexed = await runShown('car-exporter', ['index', '--from', chain]);
  step(
    2,
    `Heights above ${TAIL} are exported, and the headers back to the genesis.   waybill-car-exporter export-range`,
  );
  const parts = ['--messages', '--receipts', '--stateroots', '--tail', `@${TAIL}`];
  const exported = await runShown('car-exporter', ['export-range', '--from', chain, ...parts, '-o', snapshot]);
  say(indented(exported.stdout.replace(`${folder}${path.sep}`, '')));
  step(
    3,
    'The snapshot is read back: hashes, duplicates, the order that importers want.   waybill-car-exporter verify',
  );
  const verified = await run('car-exporter', ['verify', '--from', snapshot, '--quiet']);
  say(indented(verified.stdout));
  const isWhole = [indexed, exported, verified].every(({ code }) => code === 0);
  say(isWhole ? 'The snapshot is whole.' : `The snapshot is NOT whole. ${verified.stderr}`);
  const did = `a range of ${formatCount(made.blocks)} blocks exported and read back, none missing or twice`;
  return { program: 'car-exporter', isDone: isWhole, did };
}
