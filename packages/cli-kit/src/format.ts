const BYTE_UNITS = ['B', 'kB', 'MB', 'GB', 'TB', 'PB'] as const;

/** `1.5 MB`: powers of 1000, one digit after the point above 1 kB. */
export function formatBytes(sizeBytes: number): string {
  let amount = sizeBytes;
  let unit = 0;
  // 999,950 would round to "1000.0 kB".
  while (Math.abs(amount) >= (unit === 0 ? 1000 : 999.95) && unit < BYTE_UNITS.length - 1) {
    amount /= 1000;
    unit++;
  }
  return `${unit === 0 ? String(amount) : amount.toFixed(1)} ${BYTE_UNITS[unit] ?? 'B'}`;
}

/** `450 ms`, `12.3 s`, `4 min 05 s`, `3 h 07 min`, `2 d 04 h`. */
export function formatDuration(durationMs: number): string {
  const ms = Math.max(0, durationMs);
  if (ms < 999.5) return `${Math.round(ms)} ms`;
  if (ms < 59_950) return `${(ms / 1000).toFixed(1)} s`;
  const seconds = Math.round(ms / 1000);
  if (seconds < 3600) return pair(seconds, 60, 'min', 's');
  const minutes = Math.round(seconds / 60);
  if (minutes < 1440) return pair(minutes, 60, 'h', 'min');
  return pair(Math.round(minutes / 60), 24, 'd', 'h');
}

function pair(amount: number, base: number, large: string, small: string): string {
  return `${Math.floor(amount / base)} ${large} ${String(amount % base).padStart(2, '0')} ${small}`;
}

/** `12,345`, and three digits after the point at most. Not by `toLocaleString`: loading ICU takes 12 ms of each start. */
export function formatCount(count: number): string {
  const rounded = Number.isInteger(count) ? count : Math.round(count * 1000) / 1000;
  return String(rounded).replaceAll(/\B(?<!\.\d*)(?=(?:\d{3})+(?!\d))/g, ',');
}
