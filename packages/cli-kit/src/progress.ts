import { formatBytes, formatCount, formatDuration } from './format.ts';
import { RateMeter } from './rate-meter.ts';
import { printable } from './terminal.ts';
import type { TerminalStream } from './terminal.ts';

export interface ProgressInit {
  /** Undefined where nobody knows yet; may be set later. */
  total?: number | undefined;
  label: string;
  /** Default `items`. */
  unit?: 'items' | 'bytes' | undefined;
}

/** Shows how far the work is. Every method may be called as often as one likes: drawing is limited here. */
export interface Progress {
  advance(amount?: number): void;
  set(done: number): void;
  setTotal(total: number): void;
  /** Shows the last state once and ends. Must be called, also after a failure. */
  end(): void;
}

export interface ProgressView {
  stream: TerminalStream;
  /** Milliseconds, monotonic. */
  now: () => number;
}

/** Terminals need not be drawn more often than the eye follows. */
const REDRAW_MS = 100;
/** Logs of services and CI: often enough to see that it lives, seldom enough to read. */
const LINE_MS = 5000;
const BAR_WIDTH = 24;

const UNITS = {
  items: formatCount,
  bytes: formatBytes,
} as const;

/** A bar on a terminal, redrawn at most ten times a second; plain lines, at most one in five seconds, elsewhere. */
export class ProgressReporter implements Progress {
  readonly #view: ProgressView;
  readonly #label: string;
  readonly #format: (amount: number) => string;
  readonly #startMs: number;
  readonly #rate: RateMeter;
  readonly #onEnd: () => void;
  #total: number | undefined;
  #done = 0;
  #drawnMs: number;
  #visible = false;
  #timer: NodeJS.Timeout | undefined;
  #ended = false;

  constructor({ total, label, unit = 'items' }: ProgressInit, view: ProgressView, onEnd: () => void) {
    this.#view = view;
    this.#label = printable(label);
    this.#format = UNITS[unit];
    this.#total = total;
    this.#onEnd = onEnd;
    this.#startMs = view.now();
    // The first line is due only after a while, the first bar at once.
    this.#drawnMs = this.#isBar ? -Infinity : this.#startMs;
    this.#rate = new RateMeter(this.#startMs);
  }

  advance(amount = 1): void {
    this.set(this.#done + amount);
  }

  set(done: number): void {
    this.#done = done;
    this.#rate.add(this.#view.now(), done);
    this.#changed();
  }

  setTotal(total: number): void {
    this.#total = total;
    this.#changed();
  }

  /** Takes the bar off the screen so that a line can be written; the next change draws it again. */
  clear(): void {
    if (!this.#visible) return;
    this.#visible = false;
    this.#drawnMs = -Infinity;
    this.#view.stream.write('\r\u001B[K');
  }

  end(): void {
    if (this.#ended) return;
    this.#ended = true;
    clearTimeout(this.#timer);
    this.clear();
    this.#view.stream.write(`${this.#summary()}\n`);
    this.#onEnd();
  }

  get #isBar(): boolean {
    return this.#view.stream.isTTY === true;
  }

  #changed(): void {
    if (this.#ended) return;
    const interval = this.#isBar ? REDRAW_MS : LINE_MS;
    const waitMs = this.#drawnMs + interval - this.#view.now();
    if (waitMs <= 0) this.#draw();
    else this.#timer ??= setTimeout(() => this.#draw(), waitMs).unref();
  }

  #draw(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#drawnMs = this.#view.now();
    if (!this.#isBar) {
      this.#view.stream.write(`${this.#line()}\n`);
      return;
    }
    this.#visible = true;
    const columns = this.#view.stream.columns ?? 80;
    this.#view.stream.write(`\r${this.#line().slice(0, columns - 1)}\u001B[K`);
  }

  #line(): string {
    const rate = this.#rate.perSecond(this.#view.now());
    const parts = [this.#label, this.#amount()];
    if (this.#isBar && this.#fraction !== undefined) parts.splice(1, 0, bar(this.#fraction));
    if (this.#fraction !== undefined) parts.push(`${Math.floor(this.#fraction * 100)} %`);
    parts.push(
      `${this.#format(rate < 10 && this.#format !== formatBytes ? Math.round(rate * 10) / 10 : Math.round(rate))}/s`,
    );
    const eta = this.#etaMs(rate);
    if (eta !== undefined) parts.push(`ETA ${formatDuration(eta)}`);
    return parts.join('  ');
  }

  #summary(): string {
    return [this.#label, this.#amount(), `in ${formatDuration(this.#view.now() - this.#startMs)}`].join('  ');
  }

  #amount(): string {
    const done = this.#format(this.#done);
    return this.#total === undefined ? done : `${done} of ${this.#format(this.#total)}`;
  }

  get #fraction(): number | undefined {
    if (this.#total === undefined) return undefined;
    return this.#total === 0 ? 1 : Math.min(1, this.#done / this.#total);
  }

  #etaMs(rate: number): number | undefined {
    if (this.#total === undefined || rate <= 0 || this.#done >= this.#total) return undefined;
    return ((this.#total - this.#done) / rate) * 1000;
  }
}

function bar(fraction: number): string {
  const filled = Math.round(fraction * BAR_WIDTH);
  return `[${'#'.repeat(filled)}${'-'.repeat(BAR_WIDTH - filled)}]`;
}
