// The store, its checkouts and what is being uploaded, as the server's own API tells them (docs/protocols/shaman.md).
const API = '/waybill/v1';
const MOST_ROWS = 200;
const FAST_MS = 2000;
const SLOW_MS = 15_000;
const TOKEN = 'waybill-token';

const at = (id) => document.getElementById(id);
let checkouts = [];

async function ask(path) {
  const token = sessionStorage.getItem(TOKEN);
  const headers = token === null ? {} : { authorization: `Bearer ${token}` };
  const response = await fetch(API + path, { headers });
  if (response.status === 401 || response.status === 498) throw new Refused();
  if (!response.ok) throw new Error(`${path} was answered ${response.status}`);
  return response.json();
}

class Refused extends Error {}

function formatBytes(bytes) {
  const units = ['B', 'kB', 'MB', 'GB', 'TB', 'PB'];
  const power = bytes < 1000 ? 0 : Math.min(units.length - 1, Math.floor(Math.log10(bytes) / 3));
  return `${(bytes / 1000 ** power).toFixed(power === 0 ? 0 : 1)} ${units[power]}`;
}

const formatCount = (count) => count.toLocaleString();
const formatTime = (ms) => new Date(ms).toLocaleString();
const formatAge = (ms) => `${Math.max(0, Math.round((Date.now() - ms) / 1000))} s`;

function cell(content, kind = '') {
  const element = document.createElement('td');
  element.className = kind;
  element.append(content);
  return element;
}

function row(...cells) {
  const element = document.createElement('tr');
  element.append(...cells);
  return element;
}

function fill(id, rows, columns, nothing) {
  const empty = cell(nothing, 'none');
  empty.colSpan = columns;
  at(id).replaceChildren(...(rows.length === 0 ? [row(empty)] : rows));
}

function shaOf(sha) {
  const element = document.createElement('code');
  element.textContent = `${sha.slice(0, 16)}…`;
  element.title = sha;
  return element;
}

function progressOf({ receivedBytes, size }) {
  const bar = document.createElement('progress');
  bar.max = size;
  bar.value = receivedBytes;
  const both = document.createDocumentFragment();
  both.append(bar, ` ${size === 0 ? 100 : Math.floor((receivedBytes / size) * 100)} %`);
  return both;
}

function showUploads(uploads) {
  const rows = uploads
    .slice(0, MOST_ROWS)
    .map((upload) =>
      row(
        cell(shaOf(upload.sha)),
        cell(formatBytes(upload.size)),
        cell(progressOf(upload)),
        cell(formatAge(upload.startedAtMs)),
        cell(formatCount(upload.waiting)),
      ),
    );
  at('upload-count').textContent = formatCount(uploads.length);
  fill('uploads', rows, 5, 'Nobody is uploading.');
}

function showCheckouts() {
  const wanted = at('find').value.toLowerCase();
  const found = checkouts.filter(({ path }) => path.toLowerCase().includes(wanted));
  const rows = found
    .slice(0, MOST_ROWS)
    .map(({ path, files, sizeBytes, createdAtMs }) =>
      row(cell(path), cell(formatCount(files)), cell(formatBytes(sizeBytes)), cell(formatTime(createdAtMs))),
    );
  fill('checkouts', rows, 4, wanted === '' ? 'There are no checkouts.' : 'No checkout has such a name.');
  at('more').textContent = found.length > MOST_ROWS ? `… and ${formatCount(found.length - MOST_ROWS)} more.` : '';
}

function showStats({ store, upkeep }) {
  at('files').textContent = store === null ? 'counting…' : formatCount(store.blobs);
  at('stored').textContent = store === null ? 'counting…' : formatBytes(store.sizeBytes);
  const running = [upkeep.collecting && 'collecting garbage', upkeep.scrubbing && 'reading again'].filter(Boolean);
  at('upkeep').textContent = running.length === 0 ? 'idle' : running.join(', ');
}

function showState(text, isBroken) {
  at('state').textContent = text;
  at('state').classList.toggle('broken', isBroken);
}

async function refresh() {
  const [stats, { uploads }] = await Promise.all([ask('/stats'), ask('/uploads')]);
  showStats(stats);
  showUploads(uploads);
  showState(`As of ${new Date().toLocaleTimeString()}`, false);
}

async function refreshCheckouts() {
  const answer = await ask('/checkouts');
  checkouts = answer.checkouts.sort((a, b) => b.createdAtMs - a.createdAtMs);
  at('checkout-count').textContent = formatCount(checkouts.length);
  showCheckouts();
}

/** Again and again, each time when the last one has ended, and not while nobody looks. */
async function repeat(work, pauseMs) {
  if (!document.hidden) {
    try {
      await work();
      at('login').hidden = true;
    } catch (error) {
      at('login').hidden = !(error instanceof Refused);
      showState(error instanceof Refused ? 'A token is needed.' : `No answer: ${error.message}`, true);
    }
  }
  setTimeout(() => repeat(work, pauseMs), pauseMs);
}

at('find').addEventListener('input', showCheckouts);
at('login').addEventListener('submit', (event) => {
  event.preventDefault();
  sessionStorage.setItem(TOKEN, at('token').value.trim());
  void refresh().catch(() => {});
  void refreshCheckouts().catch(() => {});
});
void repeat(refresh, FAST_MS);
void repeat(refreshCheckouts, SLOW_MS);
