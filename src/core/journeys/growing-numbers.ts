/** A list of numbers that grows: eight bytes each, and no array that is copied to be sorted. */
export class GrowingNumbers {
  length = 0;
  private room = new Float64Array(1024);

  push(value: number): void {
    if (this.length === this.room.length) {
      const larger = new Float64Array(2 * this.room.length);
      larger.set(this.room);
      this.room = larger;
    }
    this.room[this.length] = value;
    this.length += 1;
  }

  /** What is in it, without the room that is left. */
  numbers(): Float64Array {
    return this.room.slice(0, this.length);
  }
}
