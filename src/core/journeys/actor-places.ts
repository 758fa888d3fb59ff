/** Gives each actor a place, counted from 0, by a 128-bit key of four words: a hash table in flat arrays. */
export class ActorPlaces {
  size = 0;
  private keys = new Uint32Array(4 * 1024);
  /** Places plus one, 0 where free; a power of two of them, at most half of them taken. */
  private slots = new Int32Array(4096);

  clear(): void {
    this.size = 0;
    this.slots.fill(0);
  }

  /** The place of the key whose words begin there. */
  placeOf(words: Uint32Array, start: number): number {
    const mask = this.slots.length - 1;
    // The second word: keys that come together may share the first one's leading bits.
    let slot = (words[start + 1] ?? 0) & mask;
    for (let taken = this.slots[slot] ?? 0; taken !== 0; taken = this.slots[slot] ?? 0) {
      if (this.holds(taken - 1, words, start)) return taken - 1;
      slot = (slot + 1) & mask;
    }
    return this.add(slot, words, start);
  }

  private holds(place: number, words: Uint32Array, start: number): boolean {
    const { keys } = this;
    const own = place * 4;
    return (
      keys[own] === words[start] &&
      keys[own + 1] === words[start + 1] &&
      keys[own + 2] === words[start + 2] &&
      keys[own + 3] === words[start + 3]
    );
  }

  private add(slot: number, words: Uint32Array, start: number): number {
    const place = this.size;
    this.size += 1;
    if (this.size * 4 > this.keys.length) {
      const { keys } = this;
      (this.keys = new Uint32Array(2 * keys.length)).set(keys);
    }
    for (let word = 0; word < 4; word += 1) {
      this.keys[place * 4 + word] = words[start + word] ?? 0;
    }
    this.slots[slot] = place + 1;
    if (this.size * 2 > this.slots.length) this.spread();
    return place;
  }

  private spread(): void {
    this.slots = new Int32Array(2 * this.slots.length);
    const mask = this.slots.length - 1;
    for (let place = 0; place < this.size; place += 1) {
      let slot = (this.keys[place * 4 + 1] ?? 0) & mask;
      while (this.slots[slot] !== 0) slot = (slot + 1) & mask;
      this.slots[slot] = place + 1;
    }
  }
}
