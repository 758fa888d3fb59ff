const BLOCK = 64;

function isPrime(candidate: number): boolean {
  for (let d = 2; d * d <= candidate; d += 1) if (candidate % d === 0) return false;
  return true;
}

function firstPrimes(count: number): number[] {
  const primes: number[] = [];
  for (let n = 2; primes.length < count; n += 1) if (isPrime(n)) primes.push(n);
  return primes;
}

function fractionBits(root: number): number {
  return ((root - Math.floor(root)) * 2 ** 32) | 0;
}

const ROUND_CONSTANTS = Int32Array.from(firstPrimes(64), (p) => fractionBits(Math.cbrt(p)));
const INITIAL = Int32Array.from(firstPrimes(8), (p) => fractionBits(Math.sqrt(p)));

function rotate(word: number, by: number): number {
  return (word >>> by) | (word << (32 - by));
}

function at(words: Int32Array, index: number): number {
  return words[index] ?? 0;
}

/** SHA-256 (FIPS 180-4) fed piece by piece, so that no set need be copied into one byte array. */
export class Sha256 {
  private readonly state = INITIAL.slice();
  private readonly block = new Uint8Array(BLOCK);
  private readonly view = new DataView(this.block.buffer);
  private readonly schedule = new Int32Array(64);
  private filled = 0;
  private length = 0;

  /** Takes more bytes. */
  update(bytes: Uint8Array): this {
    this.length += bytes.length;
    let taken = 0;
    while (taken < bytes.length) {
      const count = Math.min(BLOCK - this.filled, bytes.length - taken);
      this.block.set(bytes.subarray(taken, taken + count), this.filled);
      this.filled += count;
      taken += count;
      if (this.filled === BLOCK) this.compress();
    }
    return this;
  }

  /** Ends the message; 64 hexadecimal digits. The instance is spent. */
  digest(): string {
    const bits = this.length * 8;
    this.update(Uint8Array.of(0x80));
    if (this.filled > BLOCK - 8) this.update(new Uint8Array(BLOCK - this.filled));
    this.block.fill(0, this.filled);
    this.view.setUint32(BLOCK - 8, Math.floor(bits / 2 ** 32));
    this.view.setUint32(BLOCK - 4, bits >>> 0);
    this.compress();
    return Array.from(this.state, (word) => (word >>> 0).toString(16).padStart(8, '0')).join('');
  }

  private expand(): void {
    const w = this.schedule;
    for (let t = 0; t < 16; t += 1) w[t] = this.view.getInt32(4 * t);
    for (let t = 16; t < 64; t += 1) {
      const early = at(w, t - 15);
      const late = at(w, t - 2);
      const s0 = rotate(early, 7) ^ rotate(early, 18) ^ (early >>> 3);
      const s1 = rotate(late, 17) ^ rotate(late, 19) ^ (late >>> 10);
      w[t] = at(w, t - 16) + s0 + at(w, t - 7) + s1;
    }
  }

  private compress(): void {
    this.expand();
    let a = at(this.state, 0);
    let b = at(this.state, 1);
    let c = at(this.state, 2);
    let d = at(this.state, 3);
    let e = at(this.state, 4);
    let f = at(this.state, 5);
    let g = at(this.state, 6);
    let h = at(this.state, 7);
    for (let t = 0; t < 64; t += 1) {
      const big = rotate(e, 6) ^ rotate(e, 11) ^ rotate(e, 25);
      const choice = (e & f) ^ (~e & g);
      const first = (h + big + choice + at(ROUND_CONSTANTS, t) + at(this.schedule, t)) | 0;
      const small = rotate(a, 2) ^ rotate(a, 13) ^ rotate(a, 22);
      const majority = (a & b) ^ (a & c) ^ (b & c);
      h = g;
      g = f;
      f = e;
      e = (d + first) | 0;
      d = c;
      c = b;
      b = a;
      a = (first + small + majority) | 0;
    }
    [a, b, c, d, e, f, g, h].forEach((word, i) => {
      this.state[i] = at(this.state, i) + word;
    });
    this.filled = 0;
  }
}
