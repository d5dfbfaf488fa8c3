import { OUTSIDE } from './natural-place.ts';
import { digestOf } from './place-name.ts';

/** Where files go whose paths would be too long. */
export const SHORT = `${OUTSIDE}/_s`;

/** Files that have to stay where they are relative to each other. */
export class PlaceUnit {
  /** 1: where its files go by themselves; others where that is taken. */
  variant = 1;
  #isShort = false;
  readonly #members = new Map<string, string>();
  readonly #patterns = new Set<string>();
  #least: string | undefined;
  #folder: string | undefined;

  addMember(key: string, naturalPlace: string): void {
    this.#members.set(key, naturalPlace);
    this.#forget();
  }

  /** Of a usage: its path is kept in step with the files. */
  addPattern(naturalPlace: string): void {
    this.#patterns.add(naturalPlace);
    this.#forget();
  }

  get isMoved(): boolean {
    return this.#isShort || this.variant > 1;
  }

  shorten(): boolean {
    const could = !this.#isShort;
    this.#isShort = true;
    return could;
  }

  places(): string[] {
    return [...this.#members.values()].map((place) => this.placeOf(place));
  }

  /**
   *     textures/a.png                 by itself
   *     _outside_project/_2/textures/a.png   where the first place is taken by a name that differs in case only
   *     _outside_project/_s/1f2e3d4c/a.png   where the path would be too long
   */
  placeOf(naturalPlace: string): string {
    if (this.#isShort) return this.#shortPlace(naturalPlace);
    if (this.variant === 1) return naturalPlace;
    const rest = naturalPlace.startsWith(`${OUTSIDE}/`) ? naturalPlace.slice(OUTSIDE.length + 1) : naturalPlace;
    return `${OUTSIDE}/_${this.variant}/${rest}`;
  }

  #shortPlace(naturalPlace: string): string {
    const folder = (this.#folder ??= this.#commonFolder());
    const name = digestOf(this.variant === 1 ? folder : `${folder}/${this.variant}`);
    return `${SHORT}/${name}/${naturalPlace.slice(folder === '' ? 0 : folder.length + 1)}`;
  }

  #commonFolder(): string {
    const folders = [...this.#members.values(), ...this.#patterns].map((place) => place.split('/').slice(0, -1));
    const [first = []] = folders;
    let common = first.length;
    for (const names of folders) {
      while (common > 0 && first.slice(0, common).join('/') !== names.slice(0, common).join('/')) common -= 1;
    }
    return first.slice(0, common).join('/');
  }

  /** Of its files, by their places and, where two would have the same, by their paths: units have an order. */
  get least(): string {
    this.#least ??= [...this.#members].map(([key, place]) => `${place}\0${key}`).sort(compareText)[0];
    return this.#least ?? '';
  }

  #forget(): void {
    this.#least = undefined;
    this.#folder = undefined;
  }
}

/** By code units: the same on every machine, whatever its language. */
export function compareText(a: string, b: string): number {
  return a < b ? -1 : Number(a > b);
}
