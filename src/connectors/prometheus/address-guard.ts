import type { LookupAddress, LookupOptions } from 'node:dns';
import { lookup } from 'node:dns';
import type { LookupFunction } from 'node:net';
import { BlockList, isIP } from 'node:net';

import { DomainError } from '../../core/errors/domain-error.js';

/** A network as people write it: an address, with `/bits` or alone. */
const NETWORK = /^(?<address>[0-9a-f.:]+)(?:\/(?<bits>\d{1,3}))?$/i;

/** Nobody keeps a Prometheus there: link-local, cloud metadata (AWS, Alibaba, Oracle), multicast, nowhere. */
const NEVER = [
  ...['169.254.0.0/16', 'fe80::/10', 'fd00:ec2::/32', '100.100.100.200', '192.0.0.192'],
  ...['224.0.0.0/4', '255.255.255.255', 'ff00::/8', '0.0.0.0/8', '::'],
  // The link-local addresses of IPv4 as NAT64 (RFC 6052) and 6to4 (RFC 3056) write them.
  ...['64:ff9b::a9fe:0/112', '2002:a9fe::/32'],
];

function family(address: string): 'ipv4' | 'ipv6' {
  return address.includes(':') ? 'ipv6' : 'ipv4';
}

/** Whether a text is an address or a network of them. */
export function isNetwork(text: string): boolean {
  const { address = '', bits } = NETWORK.exec(text)?.groups ?? {};
  const version = isIP(address);
  return version > 0 && Number(bits ?? 0) <= (version === 4 ? 32 : 128);
}

function listOf(networks: readonly string[]): BlockList {
  const list = new BlockList();
  for (const text of networks) {
    const { address = '', bits } = NETWORK.exec(text)?.groups ?? {};
    if (bits === undefined) list.addAddress(address, family(address));
    else list.addSubnet(address, Number(bits), family(address));
  }
  return list;
}

function refusal(detail: string): DomainError {
  return new DomainError('bad-url', `the server's address ${detail}`);
}

/** Gives all addresses of a name, as `dns.lookup` does. */
export type Resolver = (
  hostname: string,
  options: LookupOptions & { readonly all: true },
  callback: (error: NodeJS.ErrnoException | null, found: LookupAddress[]) => void,
) => void;

/**
 * Which addresses a server that callers name may have. A name is resolved when the connection is
 * made and only what was checked is connected to, so that an answer of DNS that changes between
 * check and use opens nothing.
 */
export class AddressGuard {
  private readonly never = listOf(NEVER);
  private readonly allowed: BlockList | null;

  /** @param networks in which servers may be; any but those where no server can be, where empty. */
  constructor(
    networks: readonly string[] = [],
    private readonly resolve: Resolver = lookup,
  ) {
    this.allowed = networks.length === 0 ? null : listOf(networks);
  }

  private objection(address: string): string | null {
    if (this.never.check(address, family(address))) return 'is link-local or of a metadata service';
    if (this.allowed === null || this.allowed.check(address, family(address))) return null;
    return 'lies outside the networks that may be asked (THROUGHLINE_PROMETHEUS_NETWORKS)';
  }

  /**
   * Checks a URL's host where it is an address; a name is checked when it is connected to.
   *
   * @throws DomainError `bad-url`
   */
  check({ hostname }: URL): void {
    const address = hostname.replace(/^\[|\]$/g, '');
    const objection = isIP(address) === 0 ? null : this.objection(address);
    if (objection !== null) throw refusal(objection);
  }

  /** Resolves a name for a connection, to those of its addresses that may be asked. */
  readonly lookup: LookupFunction = (hostname, options, callback) => {
    this.resolve(hostname, { ...options, all: true }, (error, found) => {
      if (error !== null) {
        callback(error, '', 0);
        return;
      }
      const [first, ...others] = found.filter(({ address }) => this.objection(address) === null);
      if (first === undefined) {
        callback(refusal(this.objection(found[0]?.address ?? '::') ?? 'is unknown'), '', 0);
      } else if (options.all === true) callback(null, [first, ...others]);
      else callback(null, first.address, first.family);
    });
  };
}
