import { seededRandom } from '../../../dist/core/statistics/random.js';

const STEP = 5 * 60_000;
const STEPS_A_WEEK = 2016;

/** What a world is like, drawn once: rhythm, noise, harmless bumps, failures and their values. */
export function drawnWorld(seed) {
  const random = seededRandom(seed + 777);
  const within = (low, high) => low + (high - low) * random();
  return {
    persistence: within(0.5, 0.95),
    daily: within(0, 1),
    bumpsAWeek: within(2, 15),
    bumpHeight: within(0.8, 2),
    failuresAWeek: within(20, 60) / 26,
    failureHeight: within(2.5, 6),
    failureSpread: within(0.8, 2),
    value: within(10, 60),
    valueSpread: within(0.3, 1.3),
    costlyAreHigh: random() < 0.5,
    isRatio: random() < 0.5,
  };
}

/** A stretch of such a world: a metric every five minutes, and its failures. */
export function livedWorld(world, seed, weeks) {
  const random = seededRandom(seed);
  const normal = () => Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
  const exponential = (mean) => -mean * Math.log(1 - random());
  const at = Float64Array.from({ length: weeks * STEPS_A_WEEK }, (_, i) => i * STEP);
  const values = new Float64Array(at.length);
  let noise = 0;
  for (let i = 0; i < at.length; i += 1) {
    noise = world.persistence * noise + Math.sqrt(1 - world.persistence ** 2) * normal();
    values[i] = noise + world.daily * Math.sin((2 * Math.PI * i) / 288);
  }
  const bumps = (rate, heightOf, told) => {
    for (let time = exponential(STEPS_A_WEEK / rate); time < at.length - 40;) {
      const [start, length] = [Math.floor(time), 6 + Math.floor(random() * 18)];
      const [height, ramp] = [heightOf(), 1 + Math.floor(random() * 4)];
      for (let k = 0; k < length; k += 1) values[start + k] += height * Math.min(1, (k + 1) / ramp);
      told(start, length, height);
      time += exponential(STEPS_A_WEEK / rate);
    }
  };
  bumps(
    world.bumpsAWeek,
    () => exponential(world.bumpHeight),
    () => undefined,
  );
  const failures = [];
  const failureHeight = () => Math.max(0, world.failureHeight + world.failureSpread * normal());
  bumps(world.failuresAWeek, failureHeight, (start, length, height) => {
    const size = world.costlyAreHigh ? height / world.failureHeight : 1;
    const luck = Math.exp(world.valueSpread * normal() - world.valueSpread ** 2 / 2);
    const startedAt = start * STEP;
    const endedAt = startedAt + length * STEP;
    failures.push({ id: `f${start}`, startedAt, endedAt, valueLost: world.value * size * luck });
  });
  return {
    at,
    values: world.isRatio ? values.map((value) => 0.01 * Math.exp(value / 2)) : values,
    failures,
  };
}
