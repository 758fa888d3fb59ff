import type { Route } from './address.js';

/** What a page shows. */
export interface View {
  readonly title: string;
  readonly content: Node;
}

/** A page draws itself at once and fetches what it needs into the places that it left; `rename` says its title once that is known. */
export type Page = (route: Route, rename: (title: string) => void) => View;
