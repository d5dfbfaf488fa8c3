// Maps of the coverage with the holes in them. Served by the node itself, it shows all channels; written into a file beside the
// maps, it shows one channel and quality of several nodes, which the element `maps` names (docs/protocols/node-http.md).
const REFRESH_MS = 30_000;
const MOST_ROWS = 200;
const HOUR_MS = 3_600_000;
const COLUMNS_PER_HOUR = 6;
/** Screen pixels for a column, by the number of hours: some hours can be seen, a day fills a screen, a month can be scrolled. */
const WIDTHS = [
  [4, 40],
  [10, 16],
  [30, 6],
  [400, 2],
];
const LABEL_PIXELS = 90;
const LABEL_HOURS = [1, 2, 3, 6, 12, 24, 48, 168, 720];

const at = (id) => document.getElementById(id);
const figures = new Map();

async function ask(path) {
  const response = await fetch(path, { cache: 'no-cache' });
  if (!response.ok) throw new Error(`${path} was answered ${response.status}`);
  return response.json();
}

/** What is to be shown: from the element, or everything that has an hour. */
async function listMaps() {
  const given = document.querySelector('#maps');
  if (given !== null) return JSON.parse(given.textContent);
  const { qualities } = await ask('../digest');
  const pairs = Object.keys(qualities).filter((pair) => !pair.endsWith('/chat'));
  return pairs.sort().map((pair) => {
    const place = pair.split('/').map(encodeURIComponent).join('/');
    return { title: pair.replace('/', ' '), image: `${place}.png`, json: `${place}/report.json` };
  });
}

function element(name, className, ...children) {
  const made = document.createElement(name);
  made.className = className;
  made.append(...children);
  return made;
}

function figureOf(map) {
  const known = figures.get(map.title);
  if (known !== undefined) return known;
  const image = element('img', 'map');
  const ticks = element('div', 'ticks');
  const summary = element('span', 'summary');
  const pointed = element('span', 'pointed');
  const scroller = element('div', 'scroller', image, ticks);
  const root = element(
    'figure',
    '',
    element('figcaption', '', element('strong', '', map.title), ' ', summary, pointed),
    scroller,
  );
  const figure = { map, root, image, ticks, summary, pointed, scroller, report: undefined, seen: false };
  scroller.addEventListener('pointermove', (event) => showTime(figure, event));
  scroller.addEventListener('pointerleave', () => (pointed.textContent = ''));
  figures.set(map.title, figure);
  at('figures').append(root);
  return figure;
}

const hoursOf = (report) => Math.round((Date.parse(report.end) - Date.parse(report.start)) / HOUR_MS);
const columnWidth = (hours) => WIDTHS.find(([most]) => hours <= most)?.[1] ?? 1;
const clock = (ms) => new Date(ms).toISOString().slice(0, 16).replace('T', ' ');

/** The time under the pointer. */
function showTime({ report, image, pointed }, event) {
  if (report === undefined) return;
  const box = image.getBoundingClientRect();
  const [column, row] = [
    Math.floor(((event.clientX - box.left) / box.width) * hoursOf(report) * COLUMNS_PER_HOUR),
    Math.min(1, Math.max(0, (event.clientY - box.top) / box.height)),
  ];
  const ms = Date.parse(report.start) + (column + row) * (HOUR_MS / COLUMNS_PER_HOUR);
  pointed.textContent = new Date(ms).toISOString().slice(0, 19).replace('T', ' ');
}

function showTicks(figure) {
  const { report, ticks } = figure;
  const hours = hoursOf(report);
  const hourPixels = columnWidth(hours) * COLUMNS_PER_HOUR;
  const step = LABEL_HOURS.find((one) => one * hourPixels >= LABEL_PIXELS) ?? LABEL_HOURS.at(-1);
  const startMs = Date.parse(report.start);
  const labels = [];
  for (let hour = 0; hour < hours; hour += 1) {
    const ms = startMs + hour * HOUR_MS;
    if ((ms / HOUR_MS) % step !== 0) continue;
    const label = element('span', 'tick', clock(ms).slice(5));
    label.style.left = `${hour * hourPixels}px`;
    labels.push(label);
  }
  ticks.style.width = `${hours * hourPixels}px`;
  ticks.replaceChildren(...labels);
}

/** Loaded and decoded aside, so that the old map stays until the new one can take its place. */
async function loadImage(figure) {
  const next = element('img', 'map');
  next.alt = `Map of the coverage of ${figure.map.title}`;
  next.src = `${figure.map.image}?t=${Date.now()}`;
  await next.decode();
  next.style.width = `${next.naturalWidth * columnWidth(next.naturalWidth / COLUMNS_PER_HOUR)}px`;
  figure.image.replaceWith(next);
  figure.image = next;
}

const count = (number, noun) => `${number.toLocaleString()} ${number === 1 ? noun : `${noun}s`}`;

function showSummary({ summary, report }) {
  const { coveredMicros, missingMicros, holes, hoursAhead = 0 } = report;
  const share = Math.floor((coveredMicros / (coveredMicros + missingMicros)) * 10_000) / 100;
  const ahead = hoursAhead === 0 ? '' : `; not shown: ${count(hoursAhead, 'hour')} dated ahead of the clock`;
  summary.textContent = `${share.toFixed(2)} % covered, ${count(holes.length, 'hole')}${ahead}`;
}

async function refreshFigure(map) {
  const figure = figureOf(map);
  try {
    // A node that is no Waybill node has a map and no report.
    const [report] = await Promise.all([ask(map.json).catch(() => undefined), loadImage(figure)]);
    figure.report = report;
    if (report !== undefined) {
      showSummary(figure);
      showTicks(figure);
    }
    if (!figure.seen) figure.scroller.scrollLeft = figure.scroller.scrollWidth;
    figure.seen = true;
    figure.root.classList.remove('broken');
  } catch {
    figure.root.classList.add('broken');
    figure.summary.textContent = figure.seen ? 'no answer; this is the last map' : 'there is no map';
  }
}

function formatLength(micros) {
  const seconds = micros / 1e6;
  if (seconds < 60) return `${seconds.toFixed(seconds < 10 ? 2 : 1)} s`;
  const parts = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60, Math.floor(seconds % 60)];
  return parts.map((part) => String(part).padStart(2, '0')).join(':');
}

const time = (text) => text.slice(0, 23).replace('T', ' ');

function rowOf({ start, end, micros, type, where }) {
  const cells = [time(start), time(end).slice(11), formatLength(micros), type, where];
  return element('tr', type, ...cells.map((text, index) => element('td', index === 2 ? 'number' : '', text)));
}

function showHoles() {
  const rows = [...figures.values()].flatMap(({ report, map }) => {
    const typed = (ranges, type) => ranges.map((range) => ({ ...range, type, where: map.title }));
    return report === undefined ? [] : [...typed(report.holes, 'missing'), ...typed(report.partials, 'partial')];
  });
  rows.sort((a, b) => (a.start < b.start ? 1 : -1));
  const nothing = element('td', 'none', 'Nothing is missing.');
  nothing.colSpan = 5;
  at('holes').replaceChildren(
    ...(rows.length === 0 ? [element('tr', '', nothing)] : rows.slice(0, MOST_ROWS).map(rowOf)),
  );
  at('more').textContent =
    rows.length > MOST_ROWS ? `… and ${(rows.length - MOST_ROWS).toLocaleString()} earlier ones.` : '';
}

async function refresh() {
  try {
    const maps = await listMaps();
    const wanted = new Set(maps.map(({ title }) => title));
    for (const [title, { root }] of figures) {
      if (wanted.has(title)) continue;
      root.remove();
      figures.delete(title);
    }
    await Promise.all(maps.map(refreshFigure));
    showHoles();
    at('title').textContent = maps.length === 0 ? 'Coverage: there is no channel' : 'Coverage';
    at('state').textContent = `As of ${new Date().toISOString().slice(11, 19)} UTC`;
    at('state').classList.remove('broken');
  } catch (error) {
    at('state').textContent = `No answer: ${error.message}`;
    at('state').classList.add('broken');
  }
}

/** Again and again, each time when the last one has ended, and not while nobody looks. */
async function repeat() {
  if (!document.hidden) await refresh();
  setTimeout(repeat, REFRESH_MS);
}

void repeat();
