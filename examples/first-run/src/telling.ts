export function say(text = ''): void {
  console.log(text);
}

/** Begins a numbered step of a chapter. */
export function step(number: number, text: string): void {
  say(`\n${number}. ${text}\n`);
}

export function indented(text: string): string {
  return text.replaceAll(/^(?=.)/gm, '   ');
}
