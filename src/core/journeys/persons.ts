import type { Instant } from '../telemetry/time.js';

/** Two actors turned out to be one person. */
export interface ActorMerge {
  readonly from: string;
  /** The actor that the person goes by. */
  readonly into: string;
  readonly knownAt: Instant;
}

function inTurn(one: ActorMerge, other: ActorMerge): number {
  if (one.knownAt !== other.knownAt) return one.knownAt - other.knownAt;
  const [first, second] = [JSON.stringify(one), JSON.stringify(other)];
  return first === second ? 0 : first < second ? -1 : 1;
}

/**
 * Which actors are one person, by all merges given (union-find, Galler and Fischer 1964). A person
 * goes by the actor that its last merge led into, in whatever order merges are given.
 */
export class Persons {
  private readonly above = new Map<string, string>();
  private readonly members = new Map<string, Set<string>>();

  constructor(readonly merges: readonly ActorMerge[]) {
    for (const { from, into } of merges.toSorted(inTurn)) {
      const [one, other] = [this.personOf(from), this.personOf(into)];
      if (one !== other) this.above.set(one, other);
    }
    for (const actor of merges.flatMap(({ from, into }) => [from, into])) {
      const person = this.personOf(actor);
      this.members.set(person, (this.members.get(person) ?? new Set()).add(actor));
    }
  }

  /** The actor that the actor's person goes by: itself where it was never merged. */
  personOf(actor: string): string {
    let person = actor;
    for (let above = this.above.get(person); above !== undefined;) {
      const next = this.above.get(above);
      // Every look shortens the way by half.
      if (next !== undefined) this.above.set(person, next);
      person = above;
      above = next;
    }
    return person;
  }

  /** All actors that are the person. */
  actorsOf(person: string): string[] {
    return [...(this.members.get(person) ?? [person])];
  }

  /** The merges that made the person. */
  mergesOf(person: string): readonly ActorMerge[] {
    if (this.members.size < 2) return this.members.has(person) ? this.merges : [];
    return this.merges.filter(({ into }) => this.personOf(into) === person);
  }
}
