/**
 * Follows the account's count of events. Within a connection each event has the number after the one before; what is
 * missing was dropped by the server, because the client read too slowly.
 */
export class EventCount {
  private last: number | undefined;

  /** A new connection: the count may have started anew. */
  restart(): void {
    this.last = undefined;
  }

  /** The count beside the first reply that names the player. */
  noteReply(n: number): void {
    this.last = Math.max(n, this.last ?? n);
  }

  /** Notes the number of an event; `true` when events before it are missing. */
  noteEvent(n: number | undefined): boolean {
    if (n === undefined) return false;
    const isMissing = this.last !== undefined && n !== this.last + 1;
    this.last = n;
    return isMissing;
  }
}
