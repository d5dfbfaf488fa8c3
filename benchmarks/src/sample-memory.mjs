// node sample-memory.mjs FILE COMMAND…: runs a command, and writes the peaks of its memory, in bytes, to FILE as JSON. Pages of
// mapped files count apart: the system takes them back when it needs them.
import { spawn } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';

const [file = '', command = '', ...rest] = process.argv.slice(2);
const child = spawn(command, rest, { stdio: ['ignore', 'ignore', 'inherit'] });
const peaks = { anonymous: 0, mapped: 0 };

function sample() {
  let status = '';
  try {
    status = readFileSync(`/proc/${child.pid}/status`, 'latin1');
  } catch {
    // It is gone; its end is on the way.
  }
  const bytesOf = (name) => Number(new RegExp(`^${name}:\\s+(\\d+) kB$`, 'm').exec(status)?.[1] ?? 0) * 1024;
  peaks.anonymous = Math.max(peaks.anonymous, bytesOf('RssAnon') + bytesOf('RssShmem'));
  peaks.mapped = Math.max(peaks.mapped, bytesOf('RssFile'));
}

const timer = setInterval(sample, 20);
child.once('exit', (code) => {
  clearInterval(timer);
  writeFileSync(file, JSON.stringify(peaks));
  process.exitCode = code ?? 1;
});
