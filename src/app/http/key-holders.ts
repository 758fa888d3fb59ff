import type { DataSource } from 'typeorm';

import { Problem } from '../../core/errors/problem.js';
import type { Caller } from '../../http/caller.js';
import { holderOfKey } from '../../storage/api-key.store.js';

/** How long a key's holder is remembered: a revoked key lives on for this long at most. */
const REMEMBER_MS = 5000;

const BEARER = /^Bearer +(\S+)$/i;

/** Who holds which key. */
export class KeyHolders {
  private readonly remembered = new Map<string, { caller: Caller; until: number }>();

  constructor(private readonly source: DataSource) {}

  /**
   * Who sends this Authorization header.
   *
   * @throws Problem `unauthenticated`
   */
  async callerOf(authorization = ''): Promise<Caller> {
    const secret = BEARER.exec(authorization)?.[1];
    if (secret === undefined) {
      throw new Problem(401, 'unauthenticated', 'send Authorization: Bearer with an API key');
    }
    const known = this.remembered.get(secret);
    if (known !== undefined && known.until > performance.now()) return known.caller;
    const holder = await holderOfKey(this.source.manager, secret);
    if (holder === null) throw new Problem(401, 'unauthenticated', 'this API key is not known');
    const caller = { name: holder.name, scopes: new Set(holder.scopes) };
    if (this.remembered.size > 1000) this.remembered.clear();
    this.remembered.set(secret, { caller, until: performance.now() + REMEMBER_MS });
    return caller;
  }
}
