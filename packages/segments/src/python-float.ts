/**
 * The text of repr(value) in Python for a finite double: shortest digits that read back as the same value, a point
 * always, an exponent of at least two digits below 1e-4 and from 1e16 on.
 */
export function formatPythonFloat(value: number): string {
  const exponential = value.toExponential();
  const exponentAt = exponential.indexOf('e');
  const exponent = Number(exponential.slice(exponentAt + 1));
  if (value !== 0 && (exponent < -4 || exponent >= 16)) {
    const digits = String(Math.abs(exponent)).padStart(2, '0');
    return `${exponential.slice(0, exponentAt)}e${exponent < 0 ? '-' : '+'}${digits}`;
  }
  // Within these bounds JavaScript writes no exponent either.
  const plain = Object.is(value, -0) ? '-0' : String(value);
  return plain.includes('.') ? plain : `${plain}.0`;
}

const FLOAT = /^[+-]?(?:\d+(?:_\d+)*\.?(?:\d+(?:_\d+)*)?|\.\d+(?:_\d+)*)(?:e[+-]?\d+(?:_\d+)*)?$/i;
const INFINITE_OR_NAN = /^[+-]?(?:inf(?:inity)?|nan)$/i;

/** What Python's float(text) gives: NaN where it raises, and for `nan` itself; no duration is either. */
export function parsePythonFloat(text: string): number {
  const ascii = asciiNumberText(text);
  if (INFINITE_OR_NAN.test(ascii)) return /n$/i.test(ascii) ? NaN : ascii.startsWith('-') ? -Infinity : Infinity;
  return FLOAT.test(ascii) ? Number(ascii.replaceAll('_', '')) : NaN;
}

const INTEGER = /^[+-]?\d+(?:_\d+)*$/;

/** What Python's int(text) gives, NaN where it raises. */
export function parsePythonInteger(text: string): number {
  const ascii = asciiNumberText(text);
  return INTEGER.test(ascii) ? Number(ascii.replaceAll('_', '')) : NaN;
}

// Spaces that Python strips from a number: of ASCII only these six, beyond it what Unicode calls a space.
const OUTER_SPACE =
  /^[\t-\r \u0085\u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]+|[\t-\r \u0085\u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]+$/g;
const OTHER_DIGIT = /(?![0-9])\p{Nd}/gu;

/** Python reads the decimal digits of every script: they become 0 to 9 here. */
function asciiNumberText(text: string): string {
  return text.replace(OUTER_SPACE, '').replace(OTHER_DIGIT, (digit) => String(decimalValue(digit)));
}

const DIGIT = /^\p{Nd}$/u;
/** Five sets of mathematical digits follow each other here without a gap. Every other script has a run of its own. */
const MATHEMATICAL_ZERO = 0x1d7ce;
const MATHEMATICAL_LAST = 0x1d7ff;

function decimalValue(digit: string): number {
  const codePoint = digit.codePointAt(0) ?? 0;
  if (codePoint >= MATHEMATICAL_ZERO && codePoint <= MATHEMATICAL_LAST) return (codePoint - MATHEMATICAL_ZERO) % 10;
  let value = 0;
  while (value < 9 && DIGIT.test(String.fromCodePoint(codePoint - value - 1))) value += 1;
  return value;
}
