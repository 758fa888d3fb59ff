/** Our id → BullMQ's, which may hold no colon and be no whole number. */
export function storedId(id: string): string {
  return `job-${encodeURIComponent(id)}`;
}

/** BullMQ's id → ours. */
export function ownId(stored = ''): string {
  return decodeURIComponent(stored.replace(/^job-/, ''));
}
