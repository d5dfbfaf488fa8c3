/**
 * Notices when a walk from one thing to the next goes round in circles, with one number of memory (Brent's algorithm): the
 * place to compare with moves on after 1, 2, 4, … steps, until the circle lies behind it and is no longer than that.
 */
export class CycleDetector {
  #mark = -1;
  #steps = 0;
  #limit = 1;

  /** @returns true when this place was passed before; at the latest in the third round */
  returns(place: number): boolean {
    if (place === this.#mark) return true;
    this.#steps += 1;
    if (this.#steps < this.#limit) return false;
    this.#mark = place;
    this.#steps = 0;
    this.#limit *= 2;
    return false;
  }
}
