import { createFileArchive } from '../../src/archive/file-archive.ts';
import { makeSegment } from './support.ts';

/** Publishes segments without end, and says the name of each once it is acknowledged. */
const [base = ''] = process.argv.slice(2);
const archive = await createFileArchive({
  baseDirectory: base,
  sweep: false,
  onError: (error) => console.error(error),
});
console.log('ready');
for (let round = 0; round < 10_000; round++) {
  const made = [0, 1, 2, 3].map((offset) => {
    const number = round * 4 + offset;
    const hour = `2024-03-01T${(Math.floor(number / 1800) % 24).toString().padStart(2, '0')}`;
    return makeSegment((number % 1800) * 2, { hour, text: `${number.toString()} `.repeat(3000) });
  });
  await Promise.all(
    made.map(async ({ address, content }) => {
      await archive.publishSegment(address, content);
      console.log(`${address.hour}/${address.name}`);
    }),
  );
}
